# From the first line of a tool to its exit status.

module Rucy
  # What ends a tool with a line, perhaps a second that helps, and a status: 1 the user's mistake, 2 the command line, 77 the
  # kernel lacks or forbids what is asked, 70 a bug of ours.
  class Failure
    attr_reader :help

    def self.with(message, help = "", status = 1)
      made = new(message)
      made.tell(help, status)
      made
    end

    def tell(help, status)
      @help = help
      @status = status
    end

    def status
      @status || 1
    end

    # As it is told on standard error.
    def lines
      ["#{Rucy.name}: #{message}"] + (help.to_s.empty? ? [] : ["  help: #{help}"])
    end
  end

  class << self
    attr_reader :name, :meta, :notes, :btf_given, :object_part

    def main(words)
      @name = words.shift.to_s.split("/").last.to_s
      text = payload("meta")
      return without_tool(words) unless text
      @meta = json(text)
      use_object("object", "notes")
      return Info.print(words[1..-1]) if words[0] == "--rucy-info"
      words = tried(words) if words[0] == "--rucy-run"
      ended { start(words) }
    end

    # The path of the program: as `rucy run` was given it, or its name alone in a tool.
    def file = @file || @meta["file"]

    # https://no-color.org: a NO_COLOR that is not empty; `rucy run --color` goes before it.
    def coloured?
      return @colours == "always" if @colours && @colours != "auto"
      variables = environment
      terminal?(2) && variables["NO_COLOR"].to_s.empty? && variables["TERM"] != "dumb"
    end

    # Whatever is raised becomes lines on standard error and a status, and all is taken down.
    def ended
      status = guarded { yield }
      late = finish
      status = late if status == 0
      flush
      status
    end

    # Has an exception of the program's ended it?
    def broken? = @broken

    def at_exit(&block)
      (@at_exit ||= []) << block
    end

    def quiet?
      @meta["user_half"] != 0
    end

    def tell(text)
      flush
      write_error("#{@name}: #{text}\n")
    end

    private

    # `--rucy-run WHEN FILE`: by `rucy run FILE --color WHEN`, in whose name this process speaks.
    def tried(words)
      @colours, @file = words[1], words[2]
      words[3..-1]
    end

    def without_tool(words)
      if words[0] == "--rucy-syntax" && words[1]
        found = compile(File.open(words[1]) { |file| file.read }, words[1])
        return 0 unless found.is_a?(Array)
        write_error("#{words[1]}:#{found[0]}: #{found[1]}\n")
        return 1
      end
      return Names.print if words[0] == "--rucy-names"
      write_error("#{@name}: there is no tool in this executable; `rucy build FILE.rb -o TOOL` puts one into it\n")
      2
    end

    # The object has a second form, whose programs leave out all processes but one.
    def use_object(part, notes)
      @object_part = part
      @notes = json(payload(notes) || "{}")
    end

    def start(words)
      use_object("selecting", "selecting notes") if payload("selecting") && Options.selecting?(words)
      Binding.open(@btf_given = Options.btf(words))
      rest = Options.read(words)
      return 0 unless rest
      Object.const_set(:ARGV, rest)
      Words.define
      catch_signals
      program = compile(payload("program"), file)
      if program.is_a?(Array)
        raise Failure.with("#{file}:#{program[0]}: the user half is run by mruby, which does not read this: #{program[1]}")
      end
      collect
      run(program)
      Loop.wait(nil) unless Loop.waited?
      0
    end

    # What the user half registered runs last first, also behind an exception; then all is taken down.
    def finish
      status = 0
      while (block = (@at_exit ||= []).pop)
        late = guarded { block.call; 0 }
        status = late if status == 0
      end
      late = guarded { Loop.take_down }
      status == 0 ? late : status
    end

    def guarded
      yield
      deliver
      0
    rescue SystemExit => e
      e.status
    rescue BrokenPipe
      141
    rescue Failure => e
      unless @told && e.message == @told.message # nor is it told again by each `at_exit` that meets it too
        flush
        e.lines.each { |line| write_error(line + "\n") }
      end
      @told = e
      e.status
    rescue StandardError, ScriptError, NoMemoryError, SystemStackError => e
      @broken = true
      explain(e)
      1
    end

    # The exception with its lines in the program.
    def explain(error)
      lines = (error.backtrace || []).select { |line| line.start_with?(file + ":") }
      place = lines.shift
      flush
      write_error("#{place ? place.split(':in').first : @name}: #{error.message} (#{error.class})\n")
      lines.each { |line| write_error("  from #{line}\n") }
    end
  end
end

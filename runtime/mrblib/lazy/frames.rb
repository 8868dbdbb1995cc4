# Names of addresses in processes: by the symbols of the files that a process has mapped, as they are in its own mount
# namespace, and by the map that a compiler at run time writes to /tmp/perf-PID.map.

module Rucy
  module Frames
    KERNEL = 1 << 63 # addresses from here on are the kernel's
    LARGEST = 64 << 20 # bytes of a map of code made at run time
    DEBUG = "/usr/lib/debug/.build-id"

    # One piece of a process's memory that holds code; `key` is the same for the same file.
    Piece = ::Struct.new(:from, :to, :offset, :path, :key)

    AGAIN = 1.0 # seconds after which a process's memory is looked at again: it may run another program by now

    @pieces = {}  # pid => pieces, by address
    @read = {}    # pid => when that was
    @files = {}   # key of a piece => [Elf and those with more names than it, last first]
    @made = {}    # pid => [[start, size, name]] by start
    @made_read = {}
    @names = {}   # as linkers see them => as they were written

    class << self
      # Each frame as text, innermost first. All but the first are places that are returned to: their call lies before.
      def texts(stack, pid)
        frames = stack.nil? ? [] : stack.is_a?(Array) ? stack : [stack]
        frames.each_with_index.map { |address, at| text(address, pid, stack.is_a?(Array) && at > 0) }
      end

      private

      def text(address, pid, returned)
        return Show.kernel_symbol(address) if address >= KERNEL || pid.nil?
        piece = piece_at(address, pid)
        offset = piece && address - piece.from + piece.offset
        found = (piece && elf_text(offset, pid, piece, returned)) || made_text(address, pid)
        return found if found
        piece && !piece.path.empty? ? shown(piece.path.split("/").last, offset) : format("0x%x", address)
      end

      # nil where no file has a name for it.
      def elf_text(offset, pid, piece, returned)
        return nil unless piece.path.start_with?("/")
        files(pid, piece).each do |file|
          place = file.address(offset)
          found = place && file.function(returned ? place - 1 : place)
          return shown(written(found[0]), place - found[1]) if found
        end
        nil
      end

      def shown(name, offset) = offset == 0 ? name : format("%s+0x%x", name, offset)

      # What is known is asked first, unless it is old; the kernel's list is read again for what was not there.
      def piece_at(address, pid)
        known = @pieces[pid] && Rucy.now - @read[pid] < AGAIN && find(@pieces[pid], address)
        return known if known
        @read[pid] = Rucy.now
        find(@pieces[pid] = read_pieces(pid), address)
      end

      def find(pieces, address)
        low, high = 0, pieces.size
        while low < high
          middle = (low + high) / 2
          pieces[middle].from <= address ? low = middle + 1 : high = middle
        end
        piece = low > 0 && pieces[low - 1]
        piece && address < piece.to ? piece : nil
      end

      # from-to flags offset device inode path
      def read_pieces(pid)
        File.open("/proc/#{pid}/maps") { |file| file.read }.split("\n").map { |line|
          range, flags, offset, device, inode = line.split(" ")
          next unless flags.include?("x")
          from, to = range.split("-").map { |text| text.to_i(16) }
          path = line.split(" ", 6)[5].to_s.lstrip
          Piece.new(from, to, offset.to_i(16), path, "#{device} #{inode} #{path}")
        }.compact
      rescue StandardError
        @pieces[pid] || [] # it has ended: what is known of it still holds
      end

      # The file itself by the kernel's own link, also if it has been deleted since; else by its path in the process's root.
      def files(pid, piece)
        @files[piece.key] ||= begin
          link = format("/proc/%d/map_files/%x-%x", pid, piece.from, piece.to)
          file = Elf.open(link) || Elf.open("/proc/#{pid}/root#{piece.path}")
          id = file ? file.build_id : ""
          more = id.empty? ? nil : Elf.open("/proc/#{pid}/root#{DEBUG}/#{id[0, 2]}/#{id[2..-1]}.debug") ||
                                   Elf.open("#{DEBUG}/#{id[0, 2]}/#{id[2..-1]}.debug")
          more ? [Debug.new(file, more), file] : [file].compact
        end
      end

      # Names in a file of their own. What the file itself calls a function goes before: that is the name it is called by.
      class Debug
        def initialize(file, names)
          @file = file
          @names = names
        end

        def address(offset) = @file.address(offset)

        def function(address)
          own, found = @file.function(address), @names.function(address)
          own && (found.nil? || own[1] == found[1]) ? own : found
        end
      end

      # ---- code that was made at run time

      def made_text(address, pid)
        row = @made[pid] && made_at(@made[pid], address)
        unless row || (@made_read[pid] && Rucy.now - @made_read[pid] < AGAIN)
          @made_read[pid] = Rucy.now
          row = made_at(@made[pid] = read_made(pid), address)
        end
        row && shown(row[2], address - row[0])
      end

      def made_at(rows, address)
        low, high = 0, rows.size
        while low < high
          middle = (low + high) / 2
          rows[middle][0] <= address ? low = middle + 1 : high = middle
        end
        row = low > 0 && rows[low - 1]
        row && address < row[0] + row[1] ? row : nil
      end

      # start size name, in hex; in the process's own /tmp, by the number that it has there
      def read_made(pid)
        status = File.open("/proc/#{pid}/status") { |file| file.read }
        inside = status.split("\n").find { |line| line.start_with?("NSpid:") }.to_s.split.last || pid
        rows = read_foreign("/proc/#{pid}/root/tmp/perf-#{inside}.map").split("\n").map do |line|
          start, size, name = line.split(" ", 3)
          [start.to_i(16), size.to_i(16), name.to_s]
        end
        rows.each_with_index.sort_by { |row, at| [row[0], at] }.map { |row, _| row }
      rescue StandardError
        @made[pid] || []
      end

      # Who wrote it may have put anything there: a pipe does not stop us, nor one that never ends.
      def read_foreign(path)
        number = Rucy.open_path(path, 0o4000) # O_NONBLOCK
        text = ""
        while number >= 0 && text.bytesize < LARGEST
          piece = Rucy.read_number(number)
          break if piece.is_a?(Integer) || piece.empty?
          text << piece
        end
        text
      ensure
        Rucy.close_number(number) if number >= 0
      end

      # A name as C++ or Rust has it.
      def written(name)
        return name unless name.start_with?("_Z", "_R")
        @names[name] ||= Rust.name(name) || Rucy.demangled(name) || name
      end
    end
  end
end

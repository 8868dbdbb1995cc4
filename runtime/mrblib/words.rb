# The words of the language as the user half meets them: declarations give live objects, a probe's block is registered and
# never runs.

module Rucy
  module Words
    # word => class of the map that it declares
    MAPS = %w[
      hash lru_hash percpu_hash lru_percpu_hash array percpu_array lpm_trie queue stack bloom_filter ringbuf perf_buffer
      stack_traces prog_array hash_of_maps array_of_maps cgroup_array sk_storage task_storage inode_storage cgrp_storage devmap
      devmap_hash cpumap xskmap sockmap sockhash reuseport_sockarray user_ringbuf arena histogram stats perf_event_array
    ]

    class << self
      # On the main object: each object has a `hash` already.
      def define
        main = TOPLEVEL
        Rucy.declare_by(main, MAPS)
        ((Rucy.meta && Rucy.meta["hooks"]) || []).each do |word|
          main.define_singleton_method(word) do |*args, **named, &block|
            args[0].is_a?(Integer) ? super(*args) : Probe.new(word, args) # `syscall 1`: its name
          end
        end
      end
    end

    # What a hook's word gives; a `prog_array` takes it for the hook's name.
    class Probe
      attr_reader :word, :targets

      def initialize(word, targets)
        @word = word
        @targets = targets
      end
    end
  end
end

Rucy::TOPLEVEL = self

module Kernel
  private

  def license(text) = nil
  alias license! license

  def section!(text) = nil

  def option(name, type = nil, **) = Rucy::Options.value(name.to_s)

  def first_of(*names) = names

  def wait(seconds = nil) = Rucy::Loop.wait(seconds)

  def poll(seconds = nil) = Rucy::Loop.poll(seconds)

  def every(seconds, &block) = Rucy::Loop.every(seconds, &block)

  def attach(name, **places) = Rucy::Binding.attach_named(name.to_s, places)

  def detach(name) = Rucy::Binding.detach_named(name.to_s)

  # What is drawn again and again; `--interval` says how often.
  def top(seconds = 1, &block) = Rucy::View.open(seconds, &block)

  # pid: the process whose stack it is, for addresses that are none of the kernel's
  def symbolize(stack, pid = nil) = Rucy::Frames.texts(stack, pid)

  def table(rows) = Rucy::Show.print_table(rows)

  # Rows as they come: `files = columns pid: "%-7d", path: "%s"`, then `files.row e.pid, e.path`.
  def columns(**columns) = Rucy::Columns.new(columns)

  # Was --json given?
  def json? = Rucy::Options.standard("json") ? true : false

  # ---- numbers as text

  def ip(address) = Rucy::Text.ip(address)
  def addr(address, port = nil) = Rucy::Text.addr(address, port)
  def time(nanoseconds, format = "%H:%M:%S.%3N", boot: false) = Rucy::Text.time(nanoseconds, format, boot)
  def duration(nanoseconds) = Rucy::Text.duration(nanoseconds)
  def bytes(number) = Rucy::Text.bytes(number)
  def errno(number) = Rucy::Text.errno(number)
  def user(number) = Rucy::Text.user(number)
  def syscall(number) = Rucy::Text.syscall(number)
end

# Where the kernel keeps its events.

module Rucy
  module Tracefs
    PLACES = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

    class << self
      # Mounted if it is not yet.
      def root
        @root ||= PLACES.find { |place| File.directory?("#{place}/events") } || mounted
      end

      private

      def mounted
        place = PLACES[0]
        raise Failure.with("tracefs cannot be read", Failures::NOT_ROOT, 77) unless Rucy.user_id == 0
        raise Failure.with("this kernel has no tracefs", "it needs CONFIG_TRACING=y", 77) unless File.directory?(place)
        error = Rucy.mount_tracefs(place)
        raise Failure.with("tracefs cannot be mounted on #{place}: #{Rucy.error_text(error)}", "", 77) if error < 0
        place
      end
    end
  end
end

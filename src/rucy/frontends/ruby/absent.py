"""What to write in the user half instead of what a command-line Ruby has. Nothing here says what the runtime has: a row is
used only for a name that it lacks."""

from __future__ import annotations

_OWN_PROCESS = 'run commands with `system("…")`; a tool is one process'
_ONE_THREAD = "register what is to happen with `every(seconds) { }` or `X.on { }`, then `wait`"
_OPTIONS = 'declare options: `PORT = option :port, :u16, desc: "…"`; --help and parsing come with it'
_JSON = "write JSON: `JSON.generate(value)`, or --json for records and maps"
_TIME = "use `Time.now`, its parts (`hour`, `min`, `sec`, …) and `strftime`"
_TEXT = 'take text apart with `start_with?`, `include?`, `index`, `split(",")`, `sub("a", "b")` or `tr`'
_COMMAND = '`system("…")` runs a command, `IO.popen("…") { |out| out.read }` gives what it prints'
_EVAL = "write the code itself: a tool is compiled when it is built"
_NETWORK = "a tool talks to the kernel and its standard output; send these on with another program"
_FILES = 'choose from `Dir.children(path)`: `.select { |name| name.start_with?("x") }`'
_PROGRAM = "leave `if __FILE__ == $0` out, a tool is always the program; in a message write the tool's name"
_STRUCT = "use `Struct.new(:a, :b)`, a class or a Hash"

#: Methods, by name alone or with the class or module that Ruby has them in.
METHODS = {
    "fork": _OWN_PROCESS, "exec": _OWN_PROCESS, "spawn": _OWN_PROCESS,
    "eval": _EVAL, "binding": _EVAL, "load": "write it all in one file",
    "readlines": "read lines with `while line = gets`", "test": "use `File.exist?` and its like",
    "select": "waits are the runtime's: `wait`, `poll`, `every(seconds) { }`", "callcc": "leave a block with `break` or `throw`",
    "it": "name the block's parameter: `{ |x| … }`", "pp": "write `p`", "autoload": "write it all in one file",
    "readline": "write `gets`", "set_trace_func": _EVAL,
    "trace_var": _EVAL, "untrace_var": _EVAL,
    "Process.wait": _OWN_PROCESS, "Process.wait2": _OWN_PROCESS, "Process.waitpid": _OWN_PROCESS, "Process.spawn": _OWN_PROCESS,
    "Process.fork": _OWN_PROCESS, "Process.exec": _OWN_PROCESS, "Process.detach": _OWN_PROCESS,
    "Process.daemon": "start it in the background: `tool &`", "Process.exit": "write `exit`", "Process.abort": "write `abort`",
    "Process.kill": 'write `system("kill", pid.to_s)`, or in the kernel half `signal(9)`',
    "Process.setproctitle": "a tool keeps the name that it was started by",
    "Time.parse": _TIME, "Time.strptime": _TIME, "iso8601": _TIME,
    "Dir.[]": _FILES, "Dir.glob": _FILES,
    "match": _TEXT, "match?": _TEXT, "scan": _TEXT, "=~": _TEXT,
    "unicode_normalize": "texts are taken as they are", "encode": "text is UTF-8", "force_encoding": "text is UTF-8",
    "encoding": "text is UTF-8", "scrub": "text is taken as it is", "to_r": "use Integers and Floats",
    "to_c": "use Integers and Floats", "rationalize": "use Integers and Floats",
    "winsize": "`table` and `print` fit the terminal by themselves",
    "instance_variable_names": "write `instance_variables`",
}  # fmt: skip

CONSTANTS = {
    "Thread": _ONE_THREAD, "Mutex": "a tool has one thread, and nothing to lock", "Queue": "use an Array: `push`, `shift`",
    "SizedQueue": "use an Array: `push`, `shift`", "ConditionVariable": _ONE_THREAD, "Monitor": _ONE_THREAD,
    "Ractor": _ONE_THREAD, "ThreadGroup": _ONE_THREAD, "Async": _ONE_THREAD,
    "Timeout": "`wait(seconds)` and `poll(seconds)` end by themselves",
    "Open3": _COMMAND, "PTY": _COMMAND, "OptionParser": _OPTIONS,
    "GetoptLong": _OPTIONS,
    "YAML": _JSON, "Psych": _JSON, "CSV": 'write `puts row.join(",")`', "Regexp": _TEXT, "MatchData": _TEXT,
    "StringScanner": _TEXT, "StringIO": "add to a String: `text << more`", "Date": _TIME, "DateTime": _TIME,
    "Logger": "write `puts`, or `warn` to standard error", "PP": "write `p`", "ERB": 'write `"… #{x}"` or `printf`',
    "Rational": "use Integers and Floats", "Complex": "use Integers and Floats", "BigDecimal": "use Integers and Floats",
    "OpenStruct": _STRUCT, "Socket": _NETWORK, "TCPSocket": _NETWORK, "UDPSocket": _NETWORK,
    "UNIXSocket": _NETWORK, "TCPServer": _NETWORK, "Net": _NETWORK, "URI": _NETWORK, "Resolv": _NETWORK, "Addrinfo": _NETWORK,
    "IPAddr": "attrs of type `:ip4` and `:ip6` show themselves as addresses",
    "Etc": "read /etc/passwd: `File.open(\"/etc/passwd\") { |file| … }`", "FileUtils": _COMMAND, "Pathname": "use `File.join`",
    "Tempfile": "choose a path and `File.open` it", "Shellwords": 'give words one by one: `system("ls", "-l")`',
    "ARGF": "read standard input with `gets`, files with `File.open`", "DATA": "write the text as a heredoc: `TEXT = <<~END`",
    "ObjectSpace": _EVAL, "TracePoint": _EVAL, "RubyVM": _EVAL, "Binding": _EVAL, "Marshal": _JSON, "Ripper": _EVAL,
    "SecureRandom": "use `rand`", "Digest": "use `hash`", "Benchmark": "take the difference of two `Time.now.to_f`",
    "Encoding": "text is UTF-8", "Singleton": "use a module with methods of its own: `def self.x`",
    "Forwardable": "write the methods out", "Reline": "read with `gets`", "Readline": "read with `gets`", "Zlib": _COMMAND,
    "RbConfig": "a tool has no Ruby beside it", "Gem": "a tool is one file", "Bundler": "a tool is one file",
    "SortedSet": "sort when it is printed: `set.to_a.sort`", "WeakRef": "hold the object itself",
    "RUBY_PLATFORM": "use `RUBY_ENGINE`",
}  # fmt: skip

#: Library → the constant by which it is known that the runtime has it.
LIBRARIES = {
    "optparse": "OptionParser", "json": "JSON", "open3": "Open3", "set": "Set", "time": "Time", "date": "Date", "yaml": "YAML",
    "csv": "CSV", "socket": "Socket", "timeout": "Timeout", "thread": "Thread", "monitor": "Monitor", "logger": "Logger",
    "pp": "PP", "erb": "ERB", "ostruct": "OpenStruct", "etc": "Etc", "fileutils": "FileUtils", "pathname": "Pathname",
    "tempfile": "Tempfile", "shellwords": "Shellwords", "strscan": "StringScanner", "stringio": "StringIO", "ipaddr": "IPAddr",
    "resolv": "Resolv", "uri": "URI", "net/http": "Net", "open-uri": "URI", "securerandom": "SecureRandom", "digest": "Digest",
    "benchmark": "Benchmark", "bigdecimal": "BigDecimal", "singleton": "Singleton", "forwardable": "Forwardable",
    "readline": "Readline", "reline": "Reline", "zlib": "Zlib", "rbconfig": "RbConfig", "getoptlong": "GetoptLong", "pty": "PTY",
    "weakref": "WeakRef", "objspace": "ObjectSpace", "ripper": "Ripper", "async": "Async", "fiber": "Fiber",
    "rational": "Rational", "complex": "Complex", "enumerator": "Enumerator", "bundler/setup": "Bundler", "rubygems": "Gem",
}  # fmt: skip

_ERROR = "name the exception: `rescue => e`"
_MATCH = "take the parts of text with `split`, `index` and `[i, n]`"

#: Variables that Ruby's interpreter sets. Others that nobody assigns are nil in Ruby as well.
GLOBALS = {
    "$!": _ERROR, "$@": _ERROR + ", then `e.backtrace`", "$ERROR_INFO": _ERROR, "$ERROR_POSITION": _ERROR,
    "$~": _MATCH, "$&": _MATCH, "$`": _MATCH, "$'": _MATCH, "$+": _MATCH, "$_": "name the line: `while line = gets`",
    "$?": "`system` says whether the command went well: true, false or nil", "$CHILD_STATUS": "`system` says how it went",
    "$$": "write `Process.pid`", "$PROCESS_ID": "write `Process.pid`", "$PID": "write `Process.pid`", "$*": "write `ARGV`",
    "$0": _PROGRAM, "$<": "read with `gets`", "$>": "write `$stdout`",
    "$PROGRAM_NAME": _PROGRAM, "$:": "a tool is one file",
    "$LOAD_PATH": "a tool is one file", '$"': "a tool is one file", "$LOADED_FEATURES": "a tool is one file",
    "$;": "say where to split: `split(\",\")`", "$,": "say what to join with: `join(\",\")`", "$.": "count lines: `n += 1`",
    "$/": "lines end with `\"\\n\"`", "$\\": "`print` ends nothing: write `puts`", "$FILENAME": "write the file's name",
}  # fmt: skip

__all__ = ["CONSTANTS", "GLOBALS", "LIBRARIES", "METHODS"]

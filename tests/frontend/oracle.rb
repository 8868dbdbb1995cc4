# Answers for each text on standard input (a line with its length, then the text): is it Ruby, and how is its last
# statement read? "1 TREE" or "0 MESSAGE". The tree is that of the interpreter's own parser, the operators of it.
$stdin.binmode
$stderr.reopen(File::NULL)
$VERBOSE = nil

def items(node) = node.nil? ? [] : (node.type == :LIST ? node.children.compact : [node])

# `a && b && c` is one node in Ruby's tree; `a ||= b` counts as `a || a = b`.
def flat(node, kind)
  return ["nil"] if node.nil?
  return node.children.flat_map { |child| flat(child, kind) } if node.type == kind
  return [show(node.children[0]), show(node.children[2])] if node.type == (kind == :AND ? :OP_ASGN_AND : :OP_ASGN_OR)
  [show(node)]
end

def show(node)
  return "nil" if node.nil?
  c = node.children
  case node.type
  when :SCOPE then show(c[2])
  when :BLOCK then "(seq #{c.map { |x| show(x) }.join(" ")})"
  when :BEGIN then show(c[0])
  when :LIT, :STR then c[0].inspect
  when :TRUE, :FALSE, :NIL then node.type.to_s.downcase
  when :LVAR, :DVAR then c[0].to_s
  when :LASGN, :DASGN then "(set #{c[0]} #{show(c[1])})"
  when :OP_ASGN_OR, :OP_ASGN_AND then "(#{node.type == :OP_ASGN_OR ? "or" : "and"} #{show(c[0])} #{show(c[2])})"
  when :VCALL then "(call #{c[0]})"
  when :FCALL then "(call #{[c[0], *items(c[1]).map { |x| show(x) }].join(" ")})"
  when :OPCALL, :CALL, :QCALL
    c[1] == :! ? "(not #{show(c[0])})" : "(send #{[show(c[0]), ".#{c[1]}", *items(c[2]).map { |x| show(x) }].join(" ")})"
  when :AND, :OR then "(#{node.type.to_s.downcase} #{flat(node, node.type).join(" ")})"
  when :IF then "(if #{c.map { |x| show(x) }.join(" ")})"
  when :UNLESS then "(if #{show(c[0])} #{show(c[2])} #{show(c[1])})"
  else "?#{node.type}"
  end
end

while (line = $stdin.gets)
  text = $stdin.read(line.to_i).force_encoding("UTF-8")
  begin
    tree = RubyVM::AbstractSyntaxTree.parse(text)
    shown = begin
      show(tree.children[2].type == :BLOCK ? tree.children[2].children[-1] : tree.children[2])
    rescue StandardError
      "?"
    end
    puts "1 #{shown}"
  rescue SyntaxError, ArgumentError, EncodingError => e
    puts "0 #{e.message.lines.first.to_s.scrub.strip}"
  end
  $stdout.flush
end

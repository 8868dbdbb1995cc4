license "GPL"

def run(n)
  yield n
end

def handed_on(n = run(1, &handler), &handler)  # error: [early-block]
  handler.call(n)
end

def called(n = handler.call(2), &handler)  # error: [early-block]
  handler.call(n)
end

def asked(n: handler ? 1 : 2, &handler)  # error: [early-block]
  handler.call(n)
end

tracepoint "sched:sched_switch" do
  puts handed_on { |x| x + 1 }
  puts called { |x| x + 1 }
  puts asked { |x| x + 1 }
end

license "GPL"

class Point
  attr :x, :i32
  def far? = @x > 5  # error: [instance-variable]
end

tracepoint "sched:sched_switch" do |sw|
  p = Point.new(x: 1)
  printk "far" if p.far?
end

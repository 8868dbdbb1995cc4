license "GPL"
class Order
  attr :pid, :u32
end
ORDERS = user_ringbuf Order
OPEN = user_ringbuf
NUMBERS = user_ringbuf(:u32)            # error: [ring-record]
RECORDS = ringbuf Order
syscall "getpid" do
  ORDERS.drain                          # error: [each-block]
  ORDERS.drain { |a, b| p a }           # error: [each-block]
  OPEN.drain { |o| p o }                # error: [reserve-record]
  ORDERS << Order.new                   # error: [no-map-method]
  ORDERS.each { |o| p o }               # error: [no-map-method]
  RECORDS.drain { |o| p o }             # error: [no-map-method]
  ORDERS.drain(3) { |o| p o.pid }       # error: [wrong-arguments]
end

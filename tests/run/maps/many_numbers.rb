# runs: 1 2 3 -7 0
license "GPL"
$sum = 0
$signed = 0
$deep = 0
$at = 0
$left = 0

FEW = [3, 1, 4, 1, 5, 9, 2, 6]
MANY = [
  11, 7, 13, 2, 900, 41, 8, 8, 77, 15, 3, 60, 19, 255, 1, 34, 99, 12, 5, 6, 27, 31, 64, 128, 4, 18, 200, 73, 85, 46, 9, 10,
  111, 71, 131, 21, 901, 411, 81, 82, 771, 151, 33, 601, 191, 254, 17, 341, 991, 121, 51, 62, 271, 311, 65, 129, 42, 181, 201,
  731, 851, 461, 91, 100,
]
SIGNED = [
  -1, 5, -9, 4, -1000, 7, 3, -2, 0, 8, -6, 1, 12, -4, 9, -3, 2, 6, -8, 10, -5, 11, -7, 13, 20, -20, 30, -30, 40, -40, 50, -50,
]

raw_tracepoint "sys_enter" do |regs, id|
  sum = 0
  MANY.each do |x|
    sum += x if x > id
    sum ^= 1 if x & 3 == id & 3
    sum += 2 if x % 5 == 0
    sum -= 1 if sum > 400
  end
  $sum = sum
  signed = 0
  SIGNED.each_with_index do |x, i|
    signed += x * i if x < id
    next if i == 3
    signed -= 1 if x < 0 && i > 7
    signed ^= x if i == id
  end
  $signed = signed
  deep = 0
  FEW.each do |a|
    FEW.each do |b|
      FEW.each do |c|
        deep += a * b + c
        deep ^= c if a == b && c > id
        deep += 1 if FEW[c & 7] == a
      end
    end
  end
  $deep = deep
  at = -1
  MANY.each_with_index do |x, i|
    at = i if x == 85 || x == 65 + id
    break if at > 20 && x > 100 + id * 2
    at += 1 if x < 0
    at -= 1 if x > 2_000
  end
  $at = at
  x = 5
  SIGNED.each { |y| x += y; y += 1; x -= 1 if y == id; x ^= 1 if y > 9; x += 2 if y < -9; x -= 3 if y == 2; x *= 3 if x == 4 }
  $left = x
  0
end

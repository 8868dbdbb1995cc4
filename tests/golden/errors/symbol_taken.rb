license "GPL"
$filter = 0
$rucy_const_0 = 0  # error: [symbol-taken]
$counts = 0
$_license = 1  # error: [symbol-taken]
$xdp = 0

xdp(name: :filter) { $filter += 1; :pass }  # error: [symbol-taken]
xdp(name: :_license) { $rucy_const_0 += $_license; :pass }  # error: [symbol-taken]
xdp { $xdp += 1; :pass }
section! "xdp"
def counts(ctx)  # error: [symbol-taken]
  $counts += 1
  2
end

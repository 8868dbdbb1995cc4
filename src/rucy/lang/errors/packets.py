"""Packets and their headers."""

from __future__ import annotations

from rucy.source import Diagnostic


class MaybeNoHeader(Diagnostic):
    code = "maybe-nil"
    title = "`{text}` may be {words[nil]} here: not every packet has that header"
    help = "test it first: `{test}`"

    @property
    def help_text(self) -> str:
        from rucy.lang.errors.nil import shown

        return shown(self.values["test"], "")


class NoHeaderField(Diagnostic):
    code = "no-field"
    title = "{struct} has no field `{name}`{suggestion}"
    help = "it has {names}"


class PacketReadOnly(Diagnostic):
    code = "packet-read-only"
    title = "`{name}` is written, but `{hook}` may only read the packet"
    help = "packets are changed in `xdp`, `tc_ingress` and `tc_egress`"


class HeaderMoved(Diagnostic):
    code = "header-moved"
    title = "`{name}` was taken before the packet was moved, and may be somewhere else now"
    help = "take it again: `{name} = packet.{word}`, and test it"


class HeaderConstant(Diagnostic):
    code = "header-constant"
    title = "{value} does not fit the {bits} bits of `{name}`"
    help = "write a number that fits; a larger one is cut by `& {mask}`"


class HeaderAddress(Diagnostic):
    code = "header-address"
    title = "`{name}` takes an address of its own kind, and this is {have}"
    help = "give its text, such an address from another header or a struct, or set its elements one by one"


class PacketInBlock(Diagnostic):
    code = "packet-in-block"
    title = "the packet is not there {what}: the kernel runs that as a function of its own, which is not given it"
    help = "put what is wanted of the packet into variables before"


class PacketOffset(Diagnostic):
    code = "packet-offset"
    title = "no packet has bytes at offset {at}"
    help = "offsets are from 0 to {last}, counted from where the packet begins"


class PacketOffsetKind(Diagnostic):
    code = "packet-offset"
    title = "an offset into the packet is {words[integer]} in the machine's byte order, and `{text}` is {have}"
    help = "give a number of bytes"


class PacketStruct(Diagnostic):
    code = "packet-struct"
    title = "`at` takes the name of a struct as literal text, then an offset"
    help = 'write it as in C: `packet.at("struct udphdr", 34)`'


class PacketStructSize(Diagnostic):
    code = "packet-struct"
    title = "{text} has {size} bytes, which is no header of a packet"
    help = "headers have 1 to 256 bytes; take a smaller struct, or bytes with `packet.u8(offset)`"


class RedirectMap(Diagnostic):
    code = "redirect-map"
    title = "`{text}` is no map that packets are redirected by"
    help = "name a map declared with `devmap`, `devmap_hash`, `cpumap` or `xskmap`, e.g. `OUT = devmap(64)`"


class RedirectElse(Diagnostic):
    code = "redirect-map"
    title = "`{text}` is no result that `redirect_map` can give for a key that is not there"
    help = "give :aborted, :drop, :pass or :tx"


class HelperPacket(Diagnostic):
    code = "helper-packet"
    title = "`{name}` takes no memory of the packet, which `{text}` is"
    help = "put what it needs into a struct or a string; `csum_diff` alone takes a header"

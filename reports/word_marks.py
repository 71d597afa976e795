"""What floats over a Word page: watermarks on every page, the code beside the title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from docx.shape import InlineShape
    from docx.text.paragraph import Paragraph

_POINTS = 72  # height of one character across the page
_EMU = 36_000  # of a millimetre
_SHAPE = """
<w:pict xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
  xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
  path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>
<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>
<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>
<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>
<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom"
  o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="watermark{number}" o:spid="_x0000_s{identity}" type="#_x0000_t136"
  style="position:absolute;margin-left:0;margin-top:{top}pt;width:{width}pt;height:{height}pt;rotation:340;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical-relative:margin"
  fillcolor="#c8c8c8" stroked="f"><v:fill opacity=".5"/>
<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string={text}/></v:shape>
</w:pict>
"""
_ANCHOR = """
<wp:anchor xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
  distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2"
  behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="margin"><wp:align>right</wp:align></wp:positionH>
<wp:positionV relativeFrom="margin"><wp:posOffset>0</wp:posOffset></wp:positionV>
<wp:extent cx="{size}" cy="{size}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>
<wp:wrapNone/></wp:anchor>
"""


def add_watermark(head: Paragraph, text: str, number: int, among: int) -> None:
    """Print a text large and grey behind every page that has this running head."""
    from docx.oxml import parse_xml  # noqa: PLC0415 - lxml, when asked for

    shape = _SHAPE.format(
        number=number,
        identity=2049 + number,
        top=220 + (number - (among - 1) / 2) * 1.6 * _POINTS,
        width=_POINTS * max(2, sum(0.6 if c.isascii() else 1.1 for c in text)),
        height=_POINTS,
        text=quoteattr(text),
    )
    head.add_run()._r.append(parse_xml(shape))  # noqa: SLF001 - no door for VML


def float_right(picture: InlineShape, millimetres: float, *, alt: str) -> None:
    """Take a picture out of the line and put it in the upper right corner."""
    from docx.oxml import parse_xml  # noqa: PLC0415
    from docx.shared import Emu  # noqa: PLC0415

    inline: Any = picture._inline  # noqa: SLF001 - python-docx knows only inline
    size = int(millimetres * _EMU)
    picture.width = picture.height = Emu(size)
    anchor = parse_xml(_ANCHOR.format(size=size))
    for child in ("docPr", "cNvGraphicFramePr", "graphic"):
        anchor.append(next(e for e in inline if e.tag.endswith(f"}}{child}")))
    next(e for e in anchor if e.tag.endswith("}docPr")).set("descr", alt)
    inline.getparent().replace(inline, anchor)

"""PDF/A-3a and PDF/UA-1 at once: WeasyPrint makes the first, a finisher adds the second's identification."""

import zlib
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count

import pydyf
from weasyprint import Attachment, Document

VARIANT = "pdf/a-3a"
# PDF/A wants every foreign property of the XMP described; this is the description of pdfuaid:part.
_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


def written(document: Document, attachments: Callable[[], Sequence[Attachment]] = tuple) -> bytes:
    """The PDF's bytes, no stream of which some reader finds one byte short (see _end_streams_soundly).

    The writer packs two streams of its own after the finisher; where one ends badly, an empty object more
    makes it another stream, so that one document in 128 is written twice. `attachments` makes them for each
    writing: one can be read only once.
    """
    for spare in count():
        finisher = partial(finish, spare=spare)
        content = document.write_pdf(pdf_variant=VARIANT, finisher=finisher, attachments=[*attachments()])
        if b"\r\nendstream" not in content:
            return content


def finish(document: Document, pdf: pydyf.PDF, spare: int = 0) -> None:
    """The finisher of Document.write_pdf: PDF/UA in the XMP, each attachment listed once, sound stream lengths."""
    for _ in range(spare):
        pdf.add_object(pydyf.Dictionary())
    _add_ua(pdf)
    _list_attachments_once(pdf)
    _end_streams_soundly(pdf)
    pdf.objects[:] = [_Ready(each) if each.compressible else each for each in pdf.objects]


class _Ready(pydyf.Object):
    """An object as its bytes: the writer asks for them once for the file's identifier and once more for the file."""

    data = b""

    def __init__(self, made: pydyf.Object):
        super().__init__()
        self.number, self.data = made.number, made.data


def _add_ua(pdf: pydyf.PDF) -> None:
    """The XMP stays uncompressed, so that anybody can read which standards the file keeps."""
    metadata = next(each for each in pdf.objects if _type_of(each) == "/Metadata")
    metadata.compress = False
    metadata.stream = [part.replace(b"</rdf:RDF>", _UA) for part in metadata.stream]


def _list_attachments_once(pdf: pydyf.PDF) -> None:
    if files := pdf.catalog.get("AF"):
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(files))


def _end_streams_soundly(pdf: pydyf.PDF) -> None:
    """Pack every stream here, once: WeasyPrint's writer would pack it more slowly and join its parts twice.

    A stream that ends in a carriage return is read one byte short by some readers; such a one stays unpacked.
    Deflated data end in the content's Adler-32, so one of 256 would.
    """
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.compress:
            _, _, content = pydyf.Stream(each.stream).data.partition(b"stream\n")
            _pack(each, content.removesuffix(b"\nendstream"))


def _pack(stream: pydyf.Stream, content: bytes) -> None:
    packed = zlib.compress(content)
    stream.compress = False
    if packed.endswith(b"\r"):
        stream.stream = [content]
    else:
        stream.stream = [packed]
        stream.extra["Filter"] = "/FlateDecode"


def _type_of(each: object) -> str:
    return str(each.extra.get("Type", "")) if isinstance(each, pydyf.Stream) else ""

"""Formats of photographs that Pillow does not read, told by how their files begin."""

HEAD = 16
"""Bytes that tell them."""

JPEG_XL = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def name_unread_format(data: bytes) -> str | None:
    """The name of a format of photographs that Pillow does not read; None of any other."""
    if data.startswith(JPEG_XL):
        return "JPEG XL"
    return "HEIF" if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS else None

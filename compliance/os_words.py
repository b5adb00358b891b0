"""What the operating system refused, in the words of whoever runs the server."""

import errno

_WORDS = {
    errno.ENOSPC: "空き容量が足りません",
    errno.EDQUOT: "使える容量の上限に達しました",
    errno.EFBIG: "この大きさのファイルは作れません",
    errno.EACCES: "権限がありません",
    errno.EPERM: "許されていません",
    errno.EROFS: "書き込みのできないディスクです",
    errno.ENOENT: "見つかりません",
    errno.EEXIST: "同じ名前のものがすでにあります",
    errno.EISDIR: "ファイルではなくフォルダです",
    errno.ENOTDIR: "途中にフォルダでないものがあります",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.EIO: "ディスクの読み書きに失敗しました",
}


def in_words(error: OSError) -> str:
    """A short sentence without its full stop; the system's own words where we have none."""
    return _WORDS.get(error.errno, error.strerror or str(error))

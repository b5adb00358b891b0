"""The filled sample clinic: made-up data from fixtures/sample.toml, entered without a password from first start."""

CODE = "sample"


def visitor():
    raise NotImplementedError


def delete(*, by) -> None:
    raise NotImplementedError

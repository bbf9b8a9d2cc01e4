"""The thin Discord front: parse, defer, one service call, one reply."""

#!/bin/sh
# Cuts the fixtures out of the test data of github.com/pjbgf/sha1cd, the release that go.mod pins:
#
#   shattered-{1,2}.bin  the first 320 bytes of the two PDFs of https://shattered.io: a common prefix of 192 bytes,
#                        then two crafted blocks. What follows them is the same in both files, and no part of the attack.
#   sha-mbles-{1,2}.bin  the messages of https://sha-mbles.github.io, whole: two prefixes that were chosen, and blocks
#                        that were crafted to make them collide.
set -eu
cd "$(dirname "$0")"
files=$(go list -m -f '{{.Dir}}' github.com/pjbgf/sha1cd)/test/testdata/files
for half in 1 2; do
	head -c 320 "$files/shattered-$half.pdf" >"shattered-$half.bin"
	cat "$files/sha-mbles-$half.bin" >"sha-mbles-$half.bin"
done

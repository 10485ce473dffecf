"""Sizes, class counts and digests of the published splits, in one place.

Checked against the lists themselves in tests/test_datasets/test_known_splits.py;
a list that we do not have is identified by its git id and its class counts.
"""
# ruff: noqa: E501 (digests)

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ['KnownSplit', 'counts_sha256']


@dataclass(frozen=True)
class KnownSplit:
    """Facts of one published list.

    Args:
        file: Its usual name.
        images: N, the number of lines.
        num_classes: C.
        counts: (C,) images per class; None where we do not have the list.
        sha256: Digest of the file per publisher, where we have the file.
        git_id: Where we do not: the id of the file in the publisher's git
            repository (``git hash-object``).
        shots: Classes with more than 100, with 20 to 100 and with fewer than
            20 training images.
    """

    file: str
    images: int
    num_classes: int
    counts: tuple[int, ...] | None = None
    sha256: dict[str, str] = field(default_factory=dict)
    git_id: dict[str, str] = field(default_factory=dict)
    shots: tuple[int, int, int] | None = None

    def difference(self, counts: Sequence[int]) -> str:
        """How another list differs, in words; empty if it does not.

        Args:
            counts: (C,) images per class of the other list.
        """
        if len(counts) != self.num_classes:
            return f'{len(counts)} classes instead of {self.num_classes}'
        if sum(counts) != self.images:
            return f'{sum(counts)} images instead of {self.images}'
        pairs = zip(counts, self.counts or counts, strict=True)
        other = [c for c, (a, b) in enumerate(pairs) if a != b]
        if not other:
            return ''
        first = other[0]
        return (
            f'{len(other)} classes have another number of images, first '
            f'class {first}: {counts[first]} instead of {self.counts[first]}'
        )


def counts_sha256(counts: Sequence[int]) -> str:
    """Digest of class counts: of the decimal numbers, single spaces between.

    Args:
        counts: (C,) integers.
    """
    text = ' '.join(str(int(count)) for count in counts)
    return hashlib.sha256(text.encode()).hexdigest()


# ImageNet-LT, training images of class 0, 1, ...
_IMAGENET_LT_COUNTS = """
50 250 516 352 143 92 47 45 150 50 34 55 25 35 121 7 232 13 392 157 87 181 177
171 114 56 134 56 279 248 287 83 65 56 118 43 68 39 14 96 80 15 236 103 64 54
346 32 201 29 376 27 189 96 69 157 16 173 5 34 34 150 57 78 31 8 44 297 349 72
35 36 428 10 137 58 80 44 30 15 126 93 34 135 226 281 1280 19 38 502 186 81 61
222 15 28 55 819 74 24 10 93 14 111 61 32 116 133 128 66 35 50 393 47 179 124
79 604 72 240 22 148 26 64 20 23 246 11 79 161 78 370 197 155 285 59 59 178 43
75 11 23 16 74 27 87 86 105 189 37 126 53 10 30 77 5 245 30 100 37 69 119 26 47
81 100 25 35 112 35 7 35 272 469 150 100 199 137 69 42 10 20 367 49 73 38 56 75
89 24 35 244 305 23 106 77 10 59 90 33 26 214 43 50 18 125 110 119 85 43 11 11
114 171 24 54 87 39 86 496 91 52 56 11 117 48 62 100 41 138 22 7 50 51 6 281 29
13 36 75 126 127 59 56 172 119 90 163 17 53 181 81 63 167 45 37 39 282 71 32 12
137 102 97 60 14 66 14 6 132 303 81 167 28 15 72 187 20 310 137 241 123 27 19
186 12 12 42 71 96 71 53 53 19 62 43 330 41 11 42 43 22 208 18 566 46 19 10 58
306 67 119 50 51 87 143 37 16 611 290 170 114 19 79 81 128 77 332 8 446 42 122
86 1121 48 109 133 7 174 17 283 140 27 15 30 134 167 198 149 16 122 23 194 149
23 156 5 127 11 31 49 143 145 169 20 158 87 128 96 65 49 391 349 83 123 232 12
51 137 31 73 32 41 65 6 6 85 231 171 28 108 96 101 32 122 26 165 10 372 34 31
63 679 34 257 27 83 23 275 13 22 47 118 411 159 124 45 1053 111 184 68 52 41
150 10 47 109 32 69 34 38 10 30 82 16 157 14 141 10 58 25 152 165 112 480 91 43
113 22 236 48 137 48 147 511 17 86 33 44 36 333 19 48 15 224 108 152 16 186 114
31 82 125 155 59 186 188 134 25 121 288 39 8 32 41 346 127 232 123 81 652 6 154
203 48 66 178 45 6 22 85 102 44 105 44 54 42 20 122 220 82 44 43 75 8 142 82 38
231 619 162 62 134 8 71 41 86 55 116 35 94 100 330 54 87 143 110 191 6 48 153
84 16 55 10 422 92 25 507 168 104 83 70 47 382 148 10 164 30 310 381 174 92 87
268 202 1173 110 8 125 51 340 37 209 71 14 14 46 252 14 239 58 22 112 22 101
130 278 18 220 21 253 39 292 317 179 36 305 32 65 169 683 98 376 125 39 8 28
298 132 43 69 80 413 19 25 354 120 72 86 50 76 72 102 310 21 26 119 140 75 63
57 10 10 31 106 54 100 90 64 88 34 90 36 85 82 6 64 86 29 6 30 204 27 209 115
24 72 253 55 10 33 104 38 46 296 26 128 170 15 66 130 138 28 1246 107 63 75 108
167 61 26 83 77 42 113 103 264 59 16 49 29 33 33 481 29 45 24 38 165 82 36 15
60 62 72 73 25 8 182 99 283 101 297 28 194 26 141 14 78 13 67 82 63 103 454 6
22 66 93 8 11 131 137 40 66 25 472 9 183 32 14 43 299 56 40 392 5 20 31 32 83
194 81 80 787 7 137 50 9 133 34 174 315 35 290 9 263 164 86 129 20 53 175 43
775 11 54 12 137 31 87 32 229 96 161 126 271 221 27 28 36 14 85 197 82 76 15 63
130 11 85 134 211 21 328 302 205 21 53 102 93 111 19 41 17 218 128 242 188 166
105 46 7 189 20 73 247 229 35 343 95 146 57 285 43 60 84 64 28 17 44 18 39 175
25 60 134 8 54 46 31 17 10 9 143 114 101 157 70 6 75 192 64 65 5 8 9 31 15 642
31 107 11 69 459 238 19 31 134 252 25 456 15 80 102 274 6 32 50 140 104 112 133
28 182 170 76 173 272 20 102 30 138 150 116 110 216 42 39 116 16 13 215 85 155
19 7 36 66 323 22 284 172 398 110 56 25 53 534 43 38 26 418 141 7 36 55 20 63
45 18 80 67 151 94 103 284 180 23 175 472 133 99 71 67 80 32 113 17 57 172 17
19 93 124 23 55 258 108 72 33 165 95 52 45 625 73 217 98 45 34 41 39 714 143
141 233 119 63 236 150 19 15 35 167 19 25 21 21
"""
IMAGENET_LT_COUNTS = tuple(map(int, _IMAGENET_LT_COUNTS.split()))

# Places-LT, training images of class 0, 1, ...
_PLACES_LT_COUNTS = """
219 20 115 86 229 33 25 4980 108 2612 33 39 2400 87 12 225 41 98 191 1582 37 78
48 7 1530 56 93 84 18 183 155 72 92 78 10 120 22 6 143 98 195 36 1487 93 73
1406 8 40 1380 138 11 14 1085 43 59 20 6 129 103 98 46 41 1036 82 14 23 1023
841 8 91 20 30 19 34 44 11 198 129 135 132 29 830 725 11 689 88 668 48 5 38 643
605 71 6 566 72 34 547 54 72 6 33 36 97 76 78 521 97 116 157 499 8 99 74 24 62
28 128 176 72 87 482 148 86 40 147 5 108 6 8 35 24 480 32 140 7 84 6 46 22 104
85 118 59 72 36 34 80 33 100 475 470 79 164 451 7 28 171 65 15 8 80 20 208 450
28 9 60 9 10 13 431 9 22 34 428 72 17 34 42 73 98 188 422 42 20 60 21 6 39 50
23 408 167 99 5 25 97 13 105 55 13 41 392 389 383 54 12 17 207 57 18 63 81 374
371 48 367 25 16 366 98 7 104 364 28 89 68 15 17 46 113 334 56 60 12 55 51 87
58 26 15 22 331 179 318 12 18 8 94 65 71 315 29 173 9 14 315 226 124 33 9 9 51
15 52 309 34 209 61 116 298 298 149 60 70 89 218 291 290 30 36 16 186 287 36
195 80 283 39 141 14 181 152 11 6 22 39 19 280 11 173 11 43 112 177 111 279 108
153 103 19 265 264 95 72 40 263 19 229 45 54 12 260 253 32 253 27 52 34 250 10
11 49 250 17 24 242 74 14 48 216 241 16 238 232 8 33 205 93 46 7 46 82 44 230
91 218 21 69 156 206 103 14 20
"""
PLACES_LT_COUNTS = tuple(map(int, _PLACES_LT_COUNTS.split()))

# counts_sha256 of the two, so that a slip of the pen above is noticed
COUNTS_SHA256 = {
    'imagenetlt': (
        'b8b7c69111e4ef5a6a24b3887752f1adf37c64bf89ddf4e9643ba851071d7f97'
    ),
    'placeslt': (
        '9e1621aeb7faef16be145cc13930511b381ba3eb392516722c1ce3d59ddf7fce'
    ),
}

CB = 'facebookresearch/classifier-balancing'
SADE = 'Vanint/SADE-AgnosticLT'

KNOWN_SPLITS = {
    'imagenetlt': {
        'train': KnownSplit(
            'ImageNet_LT_train.txt',
            images=115846,
            num_classes=1000,
            counts=IMAGENET_LT_COUNTS,
            git_id=dict.fromkeys(
                (CB, SADE), 'a063f095fcd475db4cf8b0658c4b73955535bbf9'
            ),
            shots=(385, 479, 136),
        ),
        'val': KnownSplit(
            'ImageNet_LT_val.txt',
            images=20000,
            num_classes=1000,
            counts=(20,) * 1000,
            sha256=dict.fromkeys(
                (CB, SADE),
                '9af7ba688acf9532ff5845a8fb14a1e97fdc4c51ac48bc72c08ea9c3f7ff142e',
            ),
        ),
        'test': KnownSplit(
            'ImageNet_LT_test.txt',
            images=50000,
            num_classes=1000,
            counts=(50,) * 1000,
            sha256=dict.fromkeys(
                (CB, SADE),
                'd1590191cf8a71fada7b1aaedaa2d139a2aea93ff2f1b755319d0bd8dbaa55d5',
            ),
        ),
    },
    'placeslt': {
        'train': KnownSplit(
            'Places_LT_train.txt',
            images=62500,
            num_classes=365,
            counts=PLACES_LT_COUNTS,
            sha256={
                CB: '726c4871dcbf07ce2f857703bfe32e9a83ffbf52d704239f6d95c4f4f4c247f7',
                SADE: '09410632a22045212fb3231623261e8426ba8dc1887a2b633afeab78ba9c8868',
            },
            shots=(131, 163, 71),
        ),
        'val': KnownSplit(
            'Places_LT_val.txt',
            images=7300,
            num_classes=365,
            counts=(20,) * 365,
            sha256={
                CB: '719e3cf3766c09134ea28f56f1036c78def511ac1ed2c2532a6beef78f2439ba',
                SADE: '09cf0e5abf684f946f60b6bf9c526a5ee85d09f555d2c4b9cfaaf22b19d04974',
            },
        ),
        'test': KnownSplit(
            'Places_LT_test.txt',
            images=36500,
            num_classes=365,
            counts=(100,) * 365,
            sha256={
                CB: '44eee8441c8098c59195465abede425721bc35525d75209f9433b161a6eb37bc',
                SADE: '3c34622e44f036b17c7926b0b6bbdd3d335fa63077409ebb06da68afa7073cd9',
            },
        ),
    },
    'inat18': {
        # images per class: no training list is among our sources
        'train': KnownSplit(
            'iNaturalist18_train.txt',
            images=437513,
            num_classes=8142,
            git_id={CB: '4accdb7584d2f0a5106c40a33ed6afa392189bcc'},
        ),
        'val': KnownSplit(
            'iNaturalist18_val.txt',
            images=24426,
            num_classes=8142,
            counts=(3,) * 8142,
            sha256=dict.fromkeys(
                (CB, SADE),
                'efaeff65f80641b60864470e6f255aa69453406ef5717eec8c6681748f3a61f3',
            ),
        ),
    },
}

# what an error says where a list is missing
LISTS_FROM = {
    'imagenetlt': (
        'The lists ImageNet_LT_{train,val,test}.txt are those of OLTR (Liu et '
        'al., CVPR 2019), published in the repositories '
        'zhmiao/OpenLongTailRecognition-OLTR (link to the files), '
        f'{CB} (data/ImageNet_LT) and {SADE} (data_txt/ImageNet_LT) on '
        'GitHub. Put them into `data_root`, or set `ann_file`.'
    ),
    'placeslt': (
        'The lists Places_LT_{train,val,test}.txt are those of OLTR (Liu et '
        f'al., CVPR 2019), published in the repositories {CB} '
        f'(data/Places_LT) and {SADE} (data_txt/Places_LT_v2) on GitHub, with '
        'different paths. Put those of your folders into `data_root`, or set '
        '`ann_file`.'
    ),
    'inat18': (
        'The lists iNaturalist18_{train,val}.txt are published in the '
        f'repositories {CB} (data/iNaturalist18) and {SADE} '
        '(data_txt/iNaturalist18) on GitHub; the official train2018.json and '
        'val2018.json (github.com/visipedia/inat_comp, 2018) will do as well. '
        'Put them into `data_root`, or set `ann_file`.'
    ),
}

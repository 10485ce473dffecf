"""Annotations and detections of LVIS by chance, the same every time."""

import numpy as np
import torch

CLASSES = ('ant', 'bee', 'cat', 'dog', 'elk', 'fox')
FREQUENCIES = 'rrccff'
SIDE = 200


def annotations():
    """12 images; what is there, is not there, or is there and not all."""
    rng = np.random.default_rng(3)
    images, found = [], []
    for number in range(1, 13):
        present = rng.permutation(6)[:3] + 1
        absent = [k for k in range(1, 7) if k not in present][:2]
        images.append(
            dict(
                id=number,
                width=SIDE,
                height=SIDE,
                coco_url=f'http://images.cocodataset.org/{number}.jpg',
                neg_category_ids=[int(k) for k in absent],
                not_exhaustive_category_ids=[int(present[0])]
                if number % 3 == 0
                else [],
            )
        )
        for kind in present:
            for _ in range(int(rng.integers(1, 4))):
                x, y = rng.integers(0, SIDE // 2, 2).tolist()
                width, height = rng.integers(8, SIDE // 2, 2).tolist()
                right, low = x + width, y + height
                found.append(
                    dict(
                        id=len(found) + 1,
                        image_id=number,
                        category_id=int(kind),
                        bbox=[x, y, width, height],
                        area=width * height,
                        segmentation=[[x, y, right, y, right, low, x, low]],
                    )
                )
    categories = [
        dict(id=k + 1, name=name, frequency=FREQUENCIES[k])
        for k, name in enumerate(CLASSES)
    ]
    return dict(images=images, annotations=found, categories=categories)


def predictions(content):
    """Boxes near those of the annotations, some wrong, and their masks."""
    rng = np.random.default_rng(4)
    samples = []
    for image in content['images']:
        boxes, labels = [], []
        for written in content['annotations']:
            if written['image_id'] != image['id']:
                continue
            x, y, width, height = written['bbox']
            corners = np.array([x, y, x + width, y + height], float)
            for spread in (1.0, 4.0):
                noise = rng.normal(0, spread, 4)
                boxes.append((corners + noise).clip(0, SIDE))
                wrong = rng.random() < 0.2
                other = int(rng.integers(0, 6))
                labels.append(other if wrong else written['category_id'] - 1)
        boxes = torch.tensor(np.array(boxes), dtype=torch.float32)
        masks = torch.zeros(len(boxes), SIDE, SIDE, dtype=torch.bool)
        for mask, box in zip(masks, boxes.round().int().tolist(), strict=True):
            mask[box[1] : box[3], box[0] : box[2]] = True
        scores = torch.tensor(rng.random(len(boxes)), dtype=torch.float32)
        samples.append(
            dict(
                img_id=image['id'],
                ori_shape=(SIDE, SIDE),
                pred_instances=dict(
                    bboxes=boxes,
                    labels=torch.tensor(labels),
                    scores=scores,
                    masks=masks,
                ),
            )
        )
    return samples

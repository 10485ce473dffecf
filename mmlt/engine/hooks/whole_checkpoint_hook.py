from pathlib import Path

from mmengine.dist import is_main_process, master_only
from mmengine.hooks import CheckpointHook
from mmpretrain.registry import HOOKS

from mmlt.checkpoints import read_checkpoint, save_by_checksum
from mmlt.fileio import remove_old_drafts, whole_file

__all__ = ['WholeCheckpointHook']


@HOOKS.register_module()
class WholeCheckpointHook(CheckpointHook):
    """mmengine's ``CheckpointHook``, with files that are always whole.

    A checkpoint and ``last_checkpoint`` are written beside and then put in
    place, on the disk; older checkpoints are removed after that (mmengine
    removes them first, so that a kill with ``max_keep_ckpts=1`` leaves none).
    For a moment there is one checkpoint more than ``max_keep_ckpts``. What a
    killed training left half written is removed when the next begins.

    ``mmlt train`` takes it where a config says ``CheckpointHook``.

    Args:
        **kwargs: As ``CheckpointHook``.
    """

    def before_train(self, runner) -> None:
        """Write local files by mmlt's backend, where no other is named."""
        out_dir = str(self.out_dir or runner.work_dir)
        named = self.backend_args or self.file_client_args
        if named is None and '://' not in out_dir:
            self.backend_args = {'backend': 'whole'}
        super().before_train(runner)
        if is_main_process():
            for folder in {runner.work_dir, self.out_dir}:
                remove_old_drafts(folder)

    def _save_checkpoint_with_step(self, runner, step: int, meta: dict):
        """Write, note, and then remove what is too old."""
        outdated = []
        if self.max_keep_ckpts > 0 and step not in self.keep_ckpt_ids:
            if len(self.keep_ckpt_ids) == self.max_keep_ckpts:
                outdated.append(self._path(self.keep_ckpt_ids.popleft()))
            self.keep_ckpt_ids.append(step)
            kept = list(self.keep_ckpt_ids)
            runner.message_hub.update_info('keep_ckpt_ids', kept)
        self.last_ckpt = self._path(step)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            self.filename_tmpl.format(step),
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if is_main_process():
            with whole_file(Path(runner.work_dir, 'last_checkpoint')) as draft:
                draft.write_text(self.last_ckpt)
        self._remove(outdated)

    def _save_best_checkpoint(self, runner, metrics: dict) -> None:
        """Write the best one, and then remove the one that was the best."""
        if not self.save_best:
            return
        before = self._best()
        self._set_best(dict.fromkeys(before))  # mmengine removes none
        try:
            super()._save_best_checkpoint(runner, metrics)
        finally:
            after = self._best()
            self._set_best(
                {key: after[key] or path for key, path in before.items()}
            )
        replaced = [path for key, path in before.items() if after[key]]
        self._remove(set(replaced) - set(after.values()))

    @master_only
    def _publish_model(self, runner, ckpt_path: str) -> None:
        """Write the parts named by ``published_keys`` once more."""
        content = read_checkpoint(ckpt_path)
        kept = {k: v for k, v in content.items() if k in self.published_keys}
        path = save_by_checksum(kept, ckpt_path.removesuffix('.pth'))
        runner.logger.info(f'{ckpt_path} is published as {path}.')

    def _path(self, step: int) -> str:
        name = self.filename_tmpl.format(step)
        return self.file_backend.join_path(self.out_dir, name)

    def _best(self) -> dict[str | None, str | None]:
        """Path of the best checkpoint by each metric; None: of the one."""
        if len(self.key_indicators) == 1:
            return {None: self.best_ckpt_path}
        return dict(self.best_ckpt_path_dict)

    def _set_best(self, paths: dict[str | None, str | None]) -> None:
        if len(self.key_indicators) == 1:
            self.best_ckpt_path = paths[None]
        else:
            self.best_ckpt_path_dict = paths

    def _remove(self, paths) -> None:
        """Remove checkpoints; sharded ones are folders."""
        for path in filter(None, paths):
            if not is_main_process():
                return
            if self.file_backend.isfile(path):
                self.file_backend.remove(path)
            elif self.file_backend.isdir(path):
                self.file_backend.rmtree(path)

"""Write playlists to Spotify so that nothing is lost, whatever happens on the way, and take it back."""

from services.workflows.saving.engine import PlaylistAccess
from services.workflows.saving.workflow import SavingWorkflow

__all__ = ["PlaylistAccess", "SavingWorkflow"]

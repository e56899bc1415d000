"""What runs in processes of its own, each by itself: none imports anything of chapterkit."""

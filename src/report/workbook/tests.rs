//! Workbooks of small reports, read back from their packages.

//! Dintero: orders, checkout transactions and settlements.

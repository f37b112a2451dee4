"""How a chat wishes to be told: read from what people type, and written so that it reads back.

All raise UserError for what cannot be done.
"""

"""The workbooks: what people typed is taken in, and every sheet is drawn again."""

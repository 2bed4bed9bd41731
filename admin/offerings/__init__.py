"""The management side: offerings of courses at a school in a term: dates, 上线 and 下线, staff, terms."""

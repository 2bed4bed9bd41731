"""Classes (班级): their students, head teachers (班主任), 选课 and 整班转入."""

/*
 * record.h - the incident record: the draft of a post-mortem. Its evidence
 * part is written here, each statement with its source; what only people
 * know is left open where everybody sees it.
 *
 * Blameless: it names parts of programs and limits, never people. Nothing in
 * it is invented: what no artifact says is OPEN or left out.
 */
#ifndef OOMWHY_REPORT_RECORD_H
#define OOMWHY_REPORT_RECORD_H

#include "report/report.h"

/* The whole, as the document. */
report_part report_record;

/* record_evidence.c: what was read where. */
report_part record_symptom, record_timeline, record_process, record_artifacts;

#endif

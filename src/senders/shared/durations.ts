// Durations in seconds that senders' retry schedules are written in.

export const DAY_SECONDS = 86_400;

/* fire [COUNT [WHO [PER_SECOND]]]: asks for the group of process WHO (0: its own), that often, or until it is killed; as fast
 * as it can, or so many a second, in bursts of a millisecond. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **words)
{
	long left = count > 1 ? atol(words[1]) : -1, who = count > 2 ? atol(words[2]) : 0, rate = count > 3 ? atol(words[3]) : 0;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (long burst = rate / 1000; left < 0 || left > 0;) {
		for (long at = 0; (!rate || at < burst) && left != 0; at++, left -= left > 0)
			syscall(SYS_getpgid, who);
		next.tv_nsec += 1000000;
		if (next.tv_nsec >= 1000000000)
			next.tv_nsec -= 1000000000, next.tv_sec++;
		if (rate)
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return 0;
}

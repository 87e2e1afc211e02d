/** The sentence of a refusal, read out at once by a screen reader; nothing where there is none. */
export function RefusalText({ said }: { said: string }) {
	if (said === "") return null;
	return (
		<p class="refused" role="alert">
			{said}
		</p>
	);
}

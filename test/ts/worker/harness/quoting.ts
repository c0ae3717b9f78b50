/** Quotes of a domain: a genuine one with other report data. Its signature is of the genuine data, and only the chain would look at it. */
export function quoting(quote: Uint8Array): (reportData: Uint8Array) => Uint8Array {
  // Version 4 has its body at 48, 520 bytes before the report data; version 5 six bytes later.
  const at = (quote[0] === 5 ? 54 : 48) + 520;
  return (reportData) => {
    const made = Uint8Array.from(quote);
    made.set(reportData, at);
    return made;
  };
}

// Where the evidence of a match lies.

@unmanaged
export class Span {
  from: usize = 0;
  to: usize = 0;
}

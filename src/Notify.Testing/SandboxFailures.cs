using Notify.Providers;

namespace Notify.Testing;

/// <summary>The outcomes that a test set for addresses and channels.</summary>
internal sealed class SandboxFailures
{
    private readonly Lock _lock = new();
    private readonly List<Failure> _failures = [];

    public void Add(Func<Delivery, bool> applies, Outcome outcome, int attempts)
    {
        lock (_lock)
            _failures.Add(new Failure(applies, outcome) { Left = attempts });
    }

    public void Clear()
    {
        lock (_lock)
            _failures.Clear();
    }

    /// <summary>Takes the outcome of an attempt; null if it is sent.</summary>
    public Outcome? Take(Delivery delivery)
    {
        lock (_lock)
        {
            if (_failures.FindLast(failure => failure.Left > 0 && failure.Applies(delivery)) is not { } found)
                return null;
            found.Left--;
            return found.Outcome;
        }
    }

    private sealed record Failure(Func<Delivery, bool> Applies, Outcome Outcome)
    {
        public int Left { get; set; }
    }
}

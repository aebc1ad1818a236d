namespace Notify.Simulation.Tests;

/// <summary>The conditions of a run: the settings of the application, and how often something fails.</summary>
internal sealed record Conditions
{
    /// <summary>Gets whether nothing fails and nothing is slow, so that nothing may be sent twice.</summary>
    public required bool IsCalm { get; init; }

    public required int Processes { get; init; }

    /// <summary>Gets whether hints travel between processes, where they get lost and repeated, or within one process.</summary>
    public required bool UsesBus { get; init; }

    /// <summary>Gets the share of calls that fail before their effect.</summary>
    public required double FailsBefore { get; init; }

    /// <summary>Gets the share of calls that fail after their effect.</summary>
    public required double FailsAfter { get; init; }

    /// <summary>Gets the share of calls that are slow, some of them longer than a lease.</summary>
    public required double IsSlow { get; init; }

    /// <summary>Gets the share of calls whose answer comes long after their effect.</summary>
    public required double AnswersLate { get; init; }

    /// <summary>Gets the share of answers of vendors that are not an acceptance.</summary>
    public required double Refuses { get; init; }

    /// <summary>Gets the share of calls to vendors that hang.</summary>
    public required double Hangs { get; init; }

    /// <summary>Gets the weight of crashes among the events.</summary>
    public required int CrashWeight { get; init; }

    /// <summary>Gets the weight of jumps of the clock among the events.</summary>
    public required int JumpWeight { get; init; }

    public required int Events { get; init; }

    public required int Slots { get; init; }

    public required int MaxAttempts { get; init; }

    public required TimeSpan AttemptTimeout { get; init; }

    public required TimeSpan LeaseDuration { get; init; }

    public required TimeSpan PollInterval { get; init; }

    /// <summary>Gets the throttle of the triggers that have one.</summary>
    public required Throttle Throttle { get; init; }

    public static Conditions Draw(Random random)
    {
        var calm = random.Next(6) == 0;
        var attemptTimeout = TimeSpan.FromSeconds(random.Next(3, 8));
        return new Conditions
        {
            IsCalm = calm,
            Processes = random.Next(1, 3),
            UsesBus = random.Next(2) == 0,
            FailsBefore = calm ? 0 : random.NextDouble() * 0.15,
            FailsAfter = calm ? 0 : random.NextDouble() * 0.15,
            IsSlow = calm ? 0 : random.NextDouble() * 0.1,
            AnswersLate = calm || random.Next(2) == 0 ? 0 : random.NextDouble() * 0.4,
            Refuses = random.NextDouble() * 0.6,
            Hangs = calm ? 0 : random.NextDouble() * 0.1,
            CrashWeight = calm ? 0 : random.Next(0, 8),
            JumpWeight = calm ? 0 : random.Next(0, 5),
            Events = random.Next(15, 50),
            Slots = random.Next(1, 6),
            MaxAttempts = random.Next(1, 5),
            AttemptTimeout = attemptTimeout,
            LeaseDuration = attemptTimeout * (2 + (random.NextDouble() * 4)),
            PollInterval = TimeSpan.FromSeconds(random.Next(1, 5)),
            Throttle = new Throttle(random.Next(1, 4), TimeSpan.FromSeconds(random.Next(5, 90))),
        };
    }
}

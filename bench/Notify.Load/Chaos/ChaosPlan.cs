namespace Notify.Load.Chaos;

/// <summary>How a process is ended.</summary>
internal enum Blow
{
    /// <summary>SIGKILL under load.</summary>
    Kill,

    /// <summary>SIGKILL while starting up.</summary>
    KillAtStart,

    /// <summary>SIGTERM under load.</summary>
    Stop,
}

/// <summary>One blow at a host.</summary>
/// <param name="Blow">How.</param>
/// <param name="At">When so many triggers have been acknowledged.</param>
/// <param name="Delay">And so long after that; for <see cref="Blow.KillAtStart"/>, after the process was started.</param>
internal readonly record struct PlannedBlow(Blow Blow, int At, TimeSpan Delay);

/// <summary>
/// Draws the moments. They are drawn as numbers of acknowledgements and not as times, so that all of them fall under load
/// however fast the machine is; the random delay spreads them over what a host does between two acknowledgements.
/// </summary>
internal static class ChaosPlan
{
    /// <summary>One kill in so many strikes a process that is just starting.</summary>
    private const int StartShare = 5;

    private const double LastMoment = 0.97;

    public static IReadOnlyList<PlannedBlow> Draw(ChaosSettings settings)
    {
        var random = new Random(settings.Seed);
        var atStart = settings.Kills / StartShare;
        Blow[] underLoad =
        [
            .. Enumerable.Repeat(Blow.Kill, settings.Kills - atStart),
            .. Enumerable.Repeat(Blow.Stop, settings.Stops),
        ];
        random.Shuffle(underLoad);
        var moments = underLoad.Select(_ => random.Next(1, (int)(settings.Count * LastMoment))).Order().ToArray();
        var strikesAgain = Enumerable.Range(0, underLoad.Length).OrderBy(_ => random.Next()).Take(atStart).ToHashSet();

        var plan = new List<PlannedBlow>();
        for (var i = 0; i < underLoad.Length; i++)
        {
            plan.Add(new PlannedBlow(underLoad[i], moments[i], TimeSpan.FromMilliseconds(random.NextDouble() * 20)));
            if (strikesAgain.Contains(i))
                plan.Add(new PlannedBlow(Blow.KillAtStart, moments[i], TimeSpan.FromMilliseconds(random.NextDouble() * 1_000)));
        }

        return plan;
    }
}

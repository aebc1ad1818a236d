namespace Notify.Load.Chaos;

/// <summary>What is done to a process.</summary>
internal enum Blow
{
    /// <summary>SIGKILL under load.</summary>
    Kill,

    /// <summary>SIGKILL while starting up.</summary>
    KillAtStart,

    /// <summary>SIGTERM under load.</summary>
    Stop,

    /// <summary>An engine is taken away and brought back.</summary>
    Restart,
}

/// <summary>One blow at a host or an engine.</summary>
/// <param name="Blow">How.</param>
/// <param name="Target">Which host, or which engine.</param>
/// <param name="At">When so many triggers have been acknowledged.</param>
/// <param name="Delay">And so long after that; for <see cref="Blow.KillAtStart"/>, after the process was started.</param>
internal readonly record struct PlannedBlow(Blow Blow, int Target, int At, TimeSpan Delay);

/// <summary>
/// Draws the moments. They are drawn as numbers of acknowledgements and not as times, so that all of them fall under load
/// however fast the machine is; the random delay spreads them over what a host does between two acknowledgements.
/// </summary>
internal static class ChaosPlan
{
    /// <summary>One kill in so many strikes a process that is just starting.</summary>
    private const int StartShare = 5;

    private const double LastMoment = 0.97;

    public static IReadOnlyList<PlannedBlow> Draw(ChaosSettings settings, int hosts, int engines)
    {
        var random = new Random(settings.Seed);
        var atStart = settings.Kills / StartShare;
        (Blow Blow, int Target)[] underLoad =
        [
            .. Enumerable.Range(0, settings.Kills - atStart).Select(_ => (Blow.Kill, random.Next(hosts))),
            .. Enumerable.Range(0, settings.Stops).Select(_ => (Blow.Stop, random.Next(hosts))),
            .. Enumerable.Range(0, settings.Restarts * engines).Select(i => (Blow.Restart, i % engines)),
        ];
        random.Shuffle(underLoad);
        var moments = underLoad.Select(_ => random.Next(1, (int)(settings.Count * LastMoment))).Order().ToArray();
        var strikesAgain = Enumerable
            .Range(0, underLoad.Length)
            .Where(i => underLoad[i].Blow != Blow.Restart)
            .OrderBy(_ => random.Next())
            .Take(atStart)
            .ToHashSet();

        var plan = new List<PlannedBlow>();
        for (var i = 0; i < underLoad.Length; i++)
        {
            var (blow, target) = underLoad[i];
            plan.Add(new PlannedBlow(blow, target, moments[i], Delay(20)));
            if (strikesAgain.Contains(i))
                plan.Add(new PlannedBlow(Blow.KillAtStart, target, moments[i], Delay(1_000)));
        }

        return plan;

        TimeSpan Delay(int most) => TimeSpan.FromMilliseconds(random.NextDouble() * most);
    }
}

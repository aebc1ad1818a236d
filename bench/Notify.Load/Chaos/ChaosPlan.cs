namespace Notify.Load.Chaos;

/// <summary>A fault that is injected into a process or an engine.</summary>
internal enum Blow
{
    /// <summary>SIGKILL under load.</summary>
    Kill,

    /// <summary>SIGKILL while starting up.</summary>
    KillAtStart,

    /// <summary>SIGTERM under load.</summary>
    Stop,

    /// <summary>An engine is stopped and started again.</summary>
    Restart,
}

/// <summary>One blow at a host or an engine.</summary>
/// <param name="Blow">The kind of blow.</param>
/// <param name="Target">The index of the host or engine.</param>
/// <param name="At">The blow falls after this many triggers have been acknowledged.</param>
/// <param name="Delay">How long after that. For <see cref="Blow.KillAtStart"/>, how long after the process was started.</param>
internal readonly record struct PlannedBlow(Blow Blow, int Target, int At, TimeSpan Delay);

/// <summary>
/// Chooses the moments of the blows at random. A moment is a number of acknowledgements and not a time, so that all blows happen
/// under load, however fast the machine is. A random delay then spreads them over everything that a host does between two
/// acknowledgements.
/// </summary>
internal static class ChaosPlan
{
    /// <summary>One kill in this many hits a process that is just starting.</summary>
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

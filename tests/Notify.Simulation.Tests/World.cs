using Microsoft.Extensions.DependencyInjection;
using Notify.Core;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Simulation.Tests;

/// <summary>
/// One run of the engine: a store, vendors, callers and one or two processes, on one thread and one clock. Every random choice is
/// drawn from the seed, so the same seed is the same run.
/// </summary>
internal sealed class World
{
    private const int MostSteps = 200_000;

    /// <summary>The number of choices among the events that are no crashes and no jumps of the clock.</summary>
    private const int Choices = 48;

    /// <summary>How long after the last event everything must have ended. Rates that vendors throttled rise slowly.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromHours(1);

    private readonly Random _random;
    private readonly List<SimulatedProcess> _processes = [];
    private readonly List<DeliveryHint> _hints = [];
    private int _started;
    private int _events;

    public World(int seed)
    {
        _random = new Random(seed);
        Conditions = Conditions.Draw(_random);
        Clock = new SimulatedClock();
        Trace = new Trace(Clock);
        Ids = new SeededIdGenerator(_random);
        Jitter = new SeededJitterSource(_random);
        var services = new ServiceCollection();
        services.AddNotifications().UseInMemory();
        Store = services.BuildServiceProvider();
        Operations = new Operations(_random, Conditions, Clock, Trace);
        Vendor = new Vendor(_random, Conditions);
        Recipients = new RecipientRecord(Clock, Trace);
        Ledger = new Ledger(
            Conditions,
            Clock,
            Recipients,
            Store.GetRequiredService<INotificationStore>(),
            Store.GetRequiredService<IExpansionStore>(),
            Store.GetRequiredService<IDigestStore>(),
            Store.GetRequiredService<IErasureStore>(),
            Trace
        );
        Audience = new Audience(_random, this);
        Callers = new Callers(_random, this);
        Ledger.Nights = new Nights(_random, this);
    }

    public Conditions Conditions { get; }

    public SimulatedClock Clock { get; }

    public Trace Trace { get; }

    public IdGenerator Ids { get; }

    public JitterSource Jitter { get; }

    /// <summary>Gets the store itself, which outlives every process.</summary>
    public ServiceProvider Store { get; }

    public Operations Operations { get; }

    public Vendor Vendor { get; }

    public RecipientRecord Recipients { get; }

    public Ledger Ledger { get; }

    public Audience Audience { get; }

    public Callers Callers { get; }

    /// <summary>Returns a process that takes calls; null if all of them are stopping.</summary>
    public SimulatedProcess? AnyProcess()
    {
        SimulatedProcess[] open = [.. _processes.Where(process => process.TakesCalls)];
        return open.Length == 0 ? null : open[_random.Next(open.Length)];
    }

    public bool IsAlive(SimulatedProcess process) => _processes.Contains(process);

    public int DrawArrivals() =>
        Conditions.IsCalm
            ? 1
            : _random.Next(10) switch
            {
                0 => 0,
                1 => 2,
                _ => 1,
            };

    public void Carry(DeliveryHint hint) => _hints.Add(hint);

    /// <summary>Runs the seed: events and faults first, then neither until everything has ended.</summary>
    public void Run()
    {
        for (_events = Conditions.Events; _events > 0 && Ledger.Violation is null; )
            Step();
        Operations.HasFaults = Vendor.HasFaults = false;
        // A slow call may store something after all callers have gone.
        var end = Clock.Now + Settles;
        do
        {
            while (Ledger.Violation is null && Clock.Now < end && !IsAtRest())
                Step();

            // A message that is sent twice by mistake is sent by the end of the last lease.
            for (var last = Clock.Now + (Conditions.LeaseDuration * 3); Ledger.Violation is null && Clock.Now < last; )
                Step();
        } while (Ledger.Violation is null && Clock.Now < end && !IsAtRest());

        Ledger.CheckAtRest();
        Audience.Installations.CheckAtRest();
    }

    private bool IsAtRest() =>
        !Callers.AreWaiting
        && Ledger.All.All(facts => facts.State != DeliveryState.Pending)
        && Ledger.ExpansionsAreDone()
        && Ledger.DigestsAreDone()
        && Ledger.ErasuresAreDone();

    private void Step()
    {
        KeepProcessesRunning();
        if (_events > 0 && _random.Next(12) == 0)
            Happen();
        else if (_events > 0 && Ledger.DueAgain is { } dueAgain && _random.Next(4) == 0)
            ChangeBetweenAttempts(dueAgain);
        else if (Vendor.Returning is { } token && _random.Next(4) == 0)
            Audience.Installations.Return(token);
        else if (_hints.Count > 0 && _random.Next(8) == 0)
            DeliverHint();
        else if (_random.Next(10) == 0 || !Operations.TryStep())
            PassTime();
        Callers.Look();
        Ledger.Require(!Operations.LeftItsThread, "the engine stays on the run's thread");
        Ledger.Require(Trace.Count < MostSteps, "a run comes to its end");
    }

    private void KeepProcessesRunning()
    {
        foreach (var stopped in _processes.Where(process => process.Stopped?.IsCompleted == true).ToArray())
            Drop(stopped, "has stopped");
        while (_processes.Count < Conditions.Processes)
        {
            _started++;
            Trace.Add("starts", _started);
            _processes.Add(new SimulatedProcess(this, _started));
        }
    }

    private void Drop(SimulatedProcess process, string how)
    {
        Trace.Add(how, process.Number);
        process.Crash();
        _processes.Remove(process);
    }

    private void Happen()
    {
        _events--;
        var process = _processes[_random.Next(_processes.Count)];
        var choice = _random.Next(Choices + Conditions.CrashWeight + Conditions.JumpWeight);
        if (choice >= Choices + Conditions.CrashWeight)
            Jump();
        else if (choice >= Choices)
            Drop(process, "crashes");
        else if (!process.TakesCalls)
            return;
        else if (choice < 22)
            Callers.Trigger(process);
        else if (choice < 27)
            Callers.Retry(process);
        else if (choice < 31)
            Callers.Repeat(process);
        else if (choice < 34)
            Callers.Cancel(process);
        else if (choice < 36)
            Audience.Installations.Reinstall();
        else if (choice < 38)
            Receive();
        else if (choice < 39)
            Stop(process);
        else if (choice < 40)
            Change();
        else
            Audience.Change();
    }

    private void ChangeBetweenAttempts(Facts facts)
    {
        Ledger.DueAgain = null;
        if (_random.Next(2) == 0)
            Audience.Change(facts.Delivery);
    }

    private void Change()
    {
        switch (_random.Next(3))
        {
            case 0:
                Audience.SaveTemplate(Audience.Tenants[_random.Next(Audience.Tenants.Length)]);
                break;
            case 1:
                Ledger.Nights.Change();
                break;
            default:
                Replay();
                break;
        }
    }

    private void Stop(SimulatedProcess process)
    {
        Trace.Add("is asked to stop", process.Number);
        process.Stop();
    }

    // The machine was suspended, or its clock was set. Leases may have ended meanwhile.
    private void Jump()
    {
        Clock.MoveTo(Clock.Now + (Conditions.LeaseDuration * (_random.NextDouble() * 3)));
        Trace.Add("the clock jumps", 0);
    }

    private void Receive()
    {
        var facts = Ledger.All.Where(facts => facts.State == DeliveryState.Sent && facts.Delivery.Fallback is not null).ToArray();
        if (facts.Length == 0)
            return;

        var chosen = facts[_random.Next(facts.Length)];
        var receipt = new Receipt(
            chosen.Delivery.Id,
            _random.Next(2) == 0 ? ReceiptKind.Delivered : ReceiptKind.Bounced,
            Clock.Now
        );
        Trace.Add($"receipt: {receipt.Kind}", 0, chosen.Number);
        Store.GetRequiredService<IReceiptStore>().AddAsync(chosen.Delivery.Tenant, [receipt], CancellationToken.None);
        Ledger.Touched(chosen.Delivery.NotificationId);
    }

    private void Replay()
    {
        var tenant = Audience.Tenants[_random.Next(Audience.Tenants.Length)];
        var request = new ReplayRequest
        {
            Filter = new DeadLetterFilter { Tenant = tenant },
            Now = Clock.Now,
            ExpiresAt = Clock.Now + TimeSpan.FromMinutes(10),
            Limit = 3,
        };
        var replayed = Store.GetRequiredService<IDeadLetterStore>().ReplayAsync(request, CancellationToken.None).Result;
        Trace.Add($"replays {replayed} of {tenant}", 0);
        Ledger.Replayed(tenant, replayed);
    }

    private void DeliverHint()
    {
        var hint = _hints[_random.Next(_hints.Count)];
        _hints.Remove(hint);
        var receiver = _processes[_random.Next(_processes.Count)];
        Trace.Add("receives a hint", receiver.Number, Ledger.GetNumber(hint.Reference.Id));
        receiver.Bus!.Receive(hint);
    }

    private void PassTime()
    {
        Ledger.Require(
            Operations.NextDeadline < DateTimeOffset.MaxValue || Clock.NextTimer < DateTimeOffset.MaxValue,
            "something goes on"
        );
        if (Ledger.Violation is not null)
            return;

        if (Operations.NextDeadline <= Clock.NextTimer)
        {
            Clock.MoveTo(Operations.NextDeadline);
            Operations.StepOverdue();
        }
        else
        {
            Clock.MoveTo(Clock.NextTimer);
            Clock.FireNext();
        }
    }
}

using Notify.Providers;

namespace Notify.Simulation.Tests;

/// <summary>The calls of all processes that are in flight.</summary>
internal sealed class Operations(Random random, Conditions conditions, SimulatedClock clock, Trace trace)
{
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(500);

    private readonly List<Operation> _pending = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>Gets or sets whether calls still fail and are slow.</summary>
    public bool HasFaults { get; set; } = true;

    public bool LeftItsThread { get; private set; }

    /// <summary>Gets the earliest time by which a call must take its next step.</summary>
    public DateTimeOffset NextDeadline =>
        _pending.Count == 0 ? DateTimeOffset.MaxValue : _pending.Min(operation => operation.Latest);

    public ValueTask<T> CallAsync<T>(
        SimulatedProcess caller,
        string name,
        Func<T> effect,
        CancellationToken cancellationToken,
        int delivery = 0,
        Action<T>? answered = null,
        Action? failed = null,
        bool neverAnswers = false,
        bool isUncancellable = false
    )
    {
        LeftItsThread |= Environment.CurrentManagedThreadId != _thread;
        var slow = HasFaults && random.NextDouble() < conditions.IsSlow;
        var earliest = slow ? clock.Now + (conditions.LeaseDuration * (random.NextDouble() * 2)) : clock.Now;
        var operation = new Operation<T>(effect, answered, failed)
        {
            Name = name,
            Caller = caller,
            Delivery = delivery,
            Earliest = earliest,
            Latest = earliest + (Prompt * random.NextDouble()),
            NeverAnswers = neverAnswers,
            IsUncancellable = isUncancellable,
        };
        _pending.Add(operation);
        if (cancellationToken.CanBeCanceled)
            operation.Registration = cancellationToken.UnsafeRegister(_ => Cancel(operation, cancellationToken), null);
        return new ValueTask<T>(operation.Task);
    }

    /// <summary>Takes a step of one of the calls that are ready. Returns false when there is none.</summary>
    public bool TryStep()
    {
        var ready = _pending.Count(operation => operation.Earliest <= clock.Now);
        if (ready == 0)
            return false;

        var chosen = random.Next(ready);
        Step(_pending.Where(operation => operation.Earliest <= clock.Now).ElementAt(chosen));
        return true;
    }

    public void StepOverdue() => Step(_pending.First(operation => operation.Latest <= clock.Now));

    /// <summary>Abandons the calls of a crashed process. Some of them still have their effect.</summary>
    public void Drop(SimulatedProcess process)
    {
        foreach (var operation in _pending.Where(operation => operation.Caller == process).ToArray())
            Abandon(operation);
    }

    /// <summary>Answers the calls of a process that stops and that its loops await in spite of it.</summary>
    public void AnswerUncancellable(SimulatedProcess process)
    {
        while (_pending.FirstOrDefault(call => call.Caller == process && call.IsUncancellable && !call.IsAbandoned) is { } call)
        {
            if (!call.IsApplied)
                call.Apply();
            End(call, "is answered");
            call.Answer();
        }
    }

    private void Step(Operation operation)
    {
        if (!operation.IsApplied)
        {
            if (Strikes(conditions.FailsBefore) && !operation.IsAbandoned)
            {
                End(operation, "fails");
                operation.Fail();
                return;
            }

            trace.Add(
                operation.IsAbandoned ? $"{operation.Name} happens unheard" : $"{operation.Name} happens",
                operation.Caller.Number,
                operation.Delivery
            );
            operation.Apply();
            if (operation.IsAbandoned)
                _pending.Remove(operation);
            if (operation.NeverAnswers)
                operation.Earliest = operation.Latest = DateTimeOffset.MaxValue;
            if (operation.IsAbandoned || operation.NeverAnswers)
                return;
            if (random.Next(2) == 0)
            {
                DelayAnswer(operation);
                return;
            }
        }

        var fails = Strikes(conditions.FailsAfter);
        End(operation, fails ? "fails though it happened" : "is answered");
        if (fails)
            operation.Fail();
        else
            operation.Answer();
    }

    // Others see the effect long before the caller has the answer. Its process may meanwhile lease what it has just settled.
    private void DelayAnswer(Operation operation)
    {
        if (!Strikes(conditions.AnswersLate))
            return;
        operation.Earliest = clock.Now + (conditions.LeaseDuration * random.NextDouble());
        operation.Latest = operation.Earliest + (Prompt * random.NextDouble());
    }

    private void End(Operation operation, string how)
    {
        trace.Add($"{operation.Name} {how}", operation.Caller.Number, operation.Delivery);
        _pending.Remove(operation);
        operation.Registration.Dispose();
    }

    private void Cancel<T>(Operation<T> operation, CancellationToken cancellationToken)
    {
        if (operation.Task.IsCompleted || operation.IsAbandoned)
            return;

        trace.Add($"{operation.Name} is given up", operation.Caller.Number, operation.Delivery);
        Abandon(operation);
        operation.Cancel(cancellationToken);
    }

    private void Abandon(Operation operation)
    {
        operation.IsAbandoned = true;
        if (operation.IsApplied || random.Next(2) == 0)
            _pending.Remove(operation);
    }

    private bool Strikes(double share) => HasFaults && random.NextDouble() < share;
}

namespace Notify.Simulation.Tests;

/// <summary>
/// A call that the engine awaits. The world decides when it has its effect and when, if ever, the caller hears of it.
/// </summary>
internal abstract class Operation
{
    public required string Name { get; init; }

    public required SimulatedProcess Caller { get; init; }

    /// <summary>The number of the delivery that it is about; 0 for none.</summary>
    public int Delivery { get; init; }

    /// <summary>It goes on no sooner than this, and no later than <see cref="Latest"/>.</summary>
    public required DateTimeOffset Earliest { get; set; }

    public required DateTimeOffset Latest { get; set; }

    /// <summary>The called one hangs: it never answers.</summary>
    public bool NeverAnswers { get; init; }

    public CancellationTokenRegistration Registration { get; set; }

    public bool IsApplied { get; protected set; }

    /// <summary>Whether nobody waits for it any more: its caller crashed or gave up.</summary>
    public bool IsAbandoned { get; set; }

    public abstract void Apply();

    /// <summary>Tells the caller what came of it.</summary>
    public abstract void Answer();

    /// <summary>Tells the caller that it failed, whether or not it did.</summary>
    public abstract void Fail();
}

internal sealed class Operation<T>(Func<T> effect, Action<T>? answered, Action? failed) : Operation
{
    // Continuations run on the completing thread: the run has one thread.
    private readonly TaskCompletionSource<T> _completion = new();
    private T? _result;

    public Task<T> Task => _completion.Task;

    public override void Apply()
    {
        IsApplied = true;
        _result = effect();
    }

    public override void Answer()
    {
        if (IsAbandoned)
            return;
        answered?.Invoke(_result!);
        _completion.TrySetResult(_result!);
    }

    public override void Fail()
    {
        if (IsAbandoned)
            return;
        failed?.Invoke();
        _completion.TrySetException(new SimulatedFault(Name));
    }

    public void Cancel(CancellationToken cancellationToken)
    {
        IsAbandoned = true;
        failed?.Invoke();
        _completion.TrySetCanceled(cancellationToken);
    }
}

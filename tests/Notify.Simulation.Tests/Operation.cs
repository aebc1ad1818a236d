using Notify.Providers;

namespace Notify.Simulation.Tests;

/// <summary>
/// A call that the engine awaits. The world decides when it takes effect, and when the caller gets the answer, if ever.
/// </summary>
internal abstract class Operation
{
    public required string Name { get; init; }

    public required SimulatedProcess Caller { get; init; }

    /// <summary>Gets the number of its delivery; 0 for none.</summary>
    public int Delivery { get; init; }

    /// <summary>Gets or sets the earliest time of its next step.</summary>
    public required DateTimeOffset Earliest { get; set; }

    /// <summary>Gets or sets the latest time of its next step.</summary>
    public required DateTimeOffset Latest { get; set; }

    /// <summary>Gets whether it hangs and never answers.</summary>
    public bool NeverAnswers { get; init; }

    /// <summary>Gets whether loops of the process await it although no token ends it.</summary>
    public bool IsUncancellable { get; init; }

    public CancellationTokenRegistration Registration { get; set; }

    public bool IsApplied { get; protected set; }

    /// <summary>Gets or sets whether its caller crashed or gave up.</summary>
    public bool IsAbandoned { get; set; }

    public abstract void Apply();

    /// <summary>Gives the result to the caller.</summary>
    public abstract void Answer();

    /// <summary>Tells the caller that it failed, whether or not it had its effect.</summary>
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

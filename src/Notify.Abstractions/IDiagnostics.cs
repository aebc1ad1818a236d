namespace Notify;

/// <summary>
/// Checks the parts on which this process depends: its providers, its store and its other engines. The HTTP API is built on this
/// interface.
/// </summary>
public interface IDiagnostics
{
    /// <summary>
    /// Checks every part, without sending anything. Parts are checked at the same time, each for at most 10 seconds. A call
    /// within 10 seconds after another one returns the same result, so that vendors are not asked too often.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The providers by name, and then the engines by name.</returns>
    Task<IReadOnlyList<Diagnosis>> CheckAsync(CancellationToken cancellationToken = default);
}

/// <summary>The state of a part.</summary>
public sealed record Diagnosis
{
    /// <summary>Gets the kind of the part.</summary>
    public required DiagnosisKind Kind { get; init; }

    /// <summary>Gets the name of the provider or of the engine, such as <c>store</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the channel of a provider; null for an engine.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the result of the check.</summary>
    public required CheckResult Result { get; init; }
}

/// <summary>The kind of a part.</summary>
public enum DiagnosisKind
{
    /// <summary>A provider.</summary>
    Provider,

    /// <summary>An engine, such as the store or a broker.</summary>
    Engine,
}

/// <summary>
/// A check of an engine beside the store, such as a cache or a broker. A package that uses an engine registers one.
/// </summary>
public interface IEngineCheck
{
    /// <summary>Gets the name of the engine, such as <c>redis</c>.</summary>
    string Name { get; }

    /// <summary>Checks whether the engine is reachable and accepts the credentials.</summary>
    /// <param name="cancellationToken">A token that is cancelled after 10 seconds.</param>
    /// <returns>The result. An exception counts as a failure.</returns>
    ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken);
}

namespace Notify.Core;

/// <summary>
/// Draws the random numbers that spread retries out. A simulation replaces it with a seeded one, which makes its runs repeatable.
/// </summary>
internal class JitterSource
{
    /// <summary>Draws a number of at least 0 and less than 1.</summary>
    public virtual double NextDouble() => Random.Shared.NextDouble();
}

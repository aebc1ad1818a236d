using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>The result of <see cref="ISharedRateLimits.TakeAsync"/>.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct TakenPermits
{
    /// <summary>Creates the value.</summary>
    /// <param name="taken">The number of permits that were taken.</param>
    /// <param name="left">The number of permits that others could still take at that moment, without fractions.</param>
    [SetsRequiredMembers]
    public TakenPermits(int taken, int left) => (Taken, Left) = (taken, left);

    /// <summary>Gets the number of permits that were taken.</summary>
    public required int Taken { get; init; }

    /// <summary>Gets the number of permits that others could still take at that moment, without fractions.</summary>
    public required int Left { get; init; }
}

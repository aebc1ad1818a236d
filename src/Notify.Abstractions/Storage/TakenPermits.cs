using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>The result of <see cref="ISharedRateLimits.TakeAsync"/>.</summary>
/// <param name="Taken">The number of permits that were taken.</param>
/// <param name="Left">The number of permits that others could still take at that moment, without fractions.</param>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct TakenPermits(int Taken, int Left);

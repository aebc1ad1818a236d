using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A signal by which a transport informs this process of topics to expand before the process next polls the store.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IExpansionSignal
{
    /// <summary>Makes the worker of this process, if any, poll immediately. The method can be called from any thread.</summary>
    void Wake();
}

using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Sandbox;

/// <summary>How much the sandbox keeps, and where. One for all its channels; validated at start.</summary>
public sealed class SandboxOptions
{
    /// <summary>How many messages are kept in memory; a new one replaces the oldest. 1 to 100,000; default 1,000.</summary>
    [Range(1, 100_000)]
    public int Capacity { get; set; } = 1_000;

    /// <summary>
    /// The path of a file to which every captured message is appended as one line of JSON, before its attempt counts as accepted:
    /// what was captured survives the process. The folder must exist; each process needs a file of its own.
    /// Null, the default, writes no file.
    /// </summary>
    [MinLength(1)]
    public string? File { get; set; }
}

using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Sandbox;

/// <summary>The options of the sandbox, which all of its channels share. They are validated at start.</summary>
public sealed class SandboxOptions
{
    /// <summary>
    /// Gets or sets the number of messages to keep in memory for each tenant, between 1 and 100,000. Beyond that, a new message
    /// replaces the oldest of its tenant. The default is 1,000.
    /// </summary>
    [Range(1, 100_000)]
    public int Capacity { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets the path of a file to which every captured message is appended as one line of JSON. A message is written
    /// before its attempt counts as sent, so captured messages survive the process. The folder must exist, and each process
    /// needs a separate file. The default is null, which writes no file.
    /// </summary>
    [MinLength(1)]
    public string? File { get; set; }
}

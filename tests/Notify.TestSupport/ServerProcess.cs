using System.Collections.Concurrent;
using System.Diagnostics;

namespace Notify.TestSupport;

/// <summary>
/// A server that a test starts. Its output is collected, and the process is killed when the test disposes of it.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything that the server has written to standard output and standard error.</summary>
    public string Output => string.Join('\n', _output);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public static ServerProcess Start(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        bool keepInputOpen = false,
        string? folder = null
    )
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = keepInputOpen,
            WorkingDirectory = folder ?? "",
        };
        // A .NET program that is killed leaves the sockets of its diagnostics behind in the folder for temporary files.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>
    /// Finds a program that a test needs. If the program is missing, the test fails in CI and is skipped elsewhere.
    /// </summary>
    public static string Find(params string[] candidates) =>
        candidates.Select(TryFind).FirstOrDefault(path => path is not null) ?? throw new MissingProgramException(candidates[0]);

    /// <summary>Returns the path of a program, or null if it is not installed.</summary>
    public static string? TryFind(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Sends SIGKILL: no handler runs and nothing is flushed.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends SIGTERM, as an orchestrator does to stop a container.</summary>
    public void Terminate() =>
        Process.Start("kill", ["-TERM", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!.WaitForExit();

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _output.Enqueue(line);
    }
}

/// <summary>Thrown if a program is not installed; <c>test.sh</c> installs it if it has the permission.</summary>
public sealed class MissingProgramException(string program)
    : Exception(
        Environment.GetEnvironmentVariable("CI") == "true"
            ? $"{program} is not installed; ./test.sh installs it."
            : $"$XunitDynamicSkip${program} is not installed; ./test.sh installs it."
    );

namespace Notify.Cli;

/// <summary>The entry point of the tool.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => Tool.RunAsync(args, ToolEnvironment.CreateForProcess());
}

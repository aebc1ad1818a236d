namespace Notify.Load.Hosts;

/// <summary>How the bench starts itself again, as a process of a scenario.</summary>
internal static class OwnProcess
{
    public const string Program = "dotnet";

    /// <summary>The program's arguments.</summary>
    public static string[] Arguments(string command, params IEnumerable<string> arguments) =>
        ["exec", typeof(OwnProcess).Assembly.Location, command, .. arguments];
}

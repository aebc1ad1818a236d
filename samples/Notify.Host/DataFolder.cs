namespace Notify.Host;

/// <summary>The folder for the host's files.</summary>
internal static class DataFolder
{
    /// <summary>Creates the folder with access for the current user only. An existing folder keeps its mode.</summary>
    public static string Create(string path) =>
        OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path).FullName
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
}

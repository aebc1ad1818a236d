using System.Text.Json;

namespace Notify.Cli.Profiles;

/// <summary>The profiles in the folder of the user's configuration. Only the user can read the file.</summary>
internal sealed class ProfileStore(ToolEnvironment environment)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Gets the path of the file.</summary>
    public string File { get; } = Path.Combine(environment.ConfigurationFolder, "notify", "profiles.json");

    /// <summary>Reads all profiles; none if the file does not exist.</summary>
    /// <exception cref="ToolException">The file is not valid.</exception>
    public ProfileFile Read()
    {
        if (!System.IO.File.Exists(File))
            return new ProfileFile();

        try
        {
            return JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(File), ProfileJson.Default.ProfileFile)!;
        }
        catch (JsonException)
        {
            throw ToolException.CreateUsage($"{File} is not valid JSON. Correct it, or delete it and run 'notify login'.");
        }
    }

    /// <summary>Saves a profile.</summary>
    public void Save(string name, Profile profile)
    {
        var file = Read();
        file.Profiles[name] = profile;
        Write(file);
    }

    /// <summary>Removes a profile.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string name)
    {
        var file = Read();
        if (!file.Profiles.Remove(name))
            return false;
        Write(file);
        return true;
    }

    /// <summary>Returns whether others than the user may read the file.</summary>
    public bool IsExposed() =>
        !OperatingSystem.IsWindows() && System.IO.File.Exists(File) && (System.IO.File.GetUnixFileMode(File) & ~OwnerOnly) != 0;

    // The new file replaces the old one as a whole, and nobody else could read it at any moment.
    private void Write(ProfileFile file)
    {
        var folder = Path.GetDirectoryName(File)!;
        var temporary = $"{File}.{environment.Time.GetUtcNow().Ticks}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(temporary, options))
            JsonSerializer.Serialize(stream, file, ProfileJson.Default.ProfileFile);
        System.IO.File.Move(temporary, File, overwrite: true);
    }
}

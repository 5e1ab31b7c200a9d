namespace BlazorTransfer.Worker;

/// <summary>Keeps a failing display from stopping the work that it shows: the failure is logged and ignored.</summary>
internal static class DisplayGuard
{
    /// <param name="show">Shows something.</param>
    /// <param name="log">Where a failure is logged, once for each type of what is shown; standard error where null.</param>
    public static Action<T> Around<T>(Action<T> show, TextWriter? log = null)
        where T : notnull
    {
        var failed = new HashSet<Type>();
        return shown =>
        {
            try
            {
                show(shown);
            }
            catch (Exception e)
            {
                if (failed.Add(shown.GetType()))
                    Log(log ?? Console.Error, shown, e);
            }
        };
    }

    private static void Log(TextWriter log, object shown, Exception failure)
    {
        try
        {
            log.WriteLine($"The display of {shown.GetType().Name} failed; the work goes on. {failure}");
        }
        catch (IOException)
        {
            // A full disk or a closed console takes the log too.
        }
    }
}
